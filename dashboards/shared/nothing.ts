/** What it means that a panel has nothing to show, where several panels have the same reason. */
export const NOTHING = {
  dns: 'No DNS queries: AdGuard Home is not asked, or nobody asks it.',
  http: 'No requests through Traefik, or it is not scraped.',
  operator:
    'Nothing is heard of the operator: it is gone (see Last look at everything), or it is not scraped, which Prometheus.spec.operator switches on.',
  clientDomains:
    'Nothing is told of who asks for what: that is the browsing history of people. AdGuardExporter.spec.clientDomains switches it on.',
} as const;
