import type { Accounts } from './accounts/accounts.ts';

const MOST = 400;
const MOST_OF_A_CLIENT = 40;

/** The lists under `/debug/`, each bounded by what it is made of; undefined: there is none of this name. */
export function debugPage(name: string, accounts: Accounts, status: () => unknown): unknown {
  const { dns, clients } = accounts;
  switch (name) {
    case 'topn':
      return {
        clients: clients.anonymized ? [] : clients.top(MOST),
        domains: dns.domains.top(MOST),
        // Who asks for what is told only when the configuration wants it told.
        clientDomains: dns.clientDomains?.top(MOST_OF_A_CLIENT) ?? null,
      };
    case 'mappings':
      return {
        domains: [...dns.addresses.entries(true)].map(({ domain, address, seenAt }) => ({
          domain,
          address,
          lastSeen: new Date(seenAt).toISOString(),
        })),
      };
    case 'suspicious':
      return {
        // Heuristics of the last 15 minutes; of what a client asked for only what stands out.
        patterns: clients.anonymized ? [] : accounts.suspicions.listed.slice(0, MOST),
        anomalies: accounts.anomalies.active,
      };
    case 'status':
      return status();
    default:
      return undefined;
  }
}
