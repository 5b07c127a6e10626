import { Admission } from '../admission/admission.ts';
import type { Family } from '../store/family.ts';

const DOMAINS_A_CLIENT = 10;
const SIX_HOURS = 6 * 3_600_000;

/** Which client asks for which domain: the ten most frequent of each, the rest as `other`. Browsing history. */
export class ClientDomains {
  readonly #family: Family;
  readonly #clients = new Map<string, Admission>();

  /** The family has the labels client and domain. */
  constructor(family: Family) {
    this.#family = family;
  }

  /** Counts a question of a client that has a label. */
  observe(client: string, domain: string, now: number): void {
    let domains = this.#clients.get(client);
    if (domains === undefined) {
      domains = new Admission({ capacity: DOMAINS_A_CLIENT, idleAfter: SIX_HOURS }, (old) =>
        this.#family.removeExactly([client, old]),
      );
      this.#clients.set(client, domains);
    }
    this.#family.add([client, domains.observe(domain, now) ? domain : 'other']);
  }

  /** Forgets a client that lost its label. */
  forget(client: string): void {
    this.#clients.delete(client);
    this.#family.remove('client', client);
  }

  /** Most frequent domains by client, with their least counts. */
  top(most: number): Record<string, { key: string; count: number }[]> {
    return Object.fromEntries([...this.#clients].map(([client, domains]) => [client, domains.top(most)]));
  }
}
