import type { House } from '../renderer.ts';

/** An edge of the network graph that no log shows, between names of services. */
export interface DeclaredEdge {
  readonly source: string;
  readonly target: string;
  readonly kind: 'scrape' | 'declared';
}

/** What the exporter takes at most. */
const MOST_EDGES = 60;
const LONGEST_NAME = 63;
/** Names that the exporter itself gives to what it hears of in the logs. */
const TRAEFIK = 'traefik';
const ADGUARD = 'adguard';

/**
 * What the desired state knows of who talks to whom, and no log does: what people declared first, then who scrapes whom.
 * Each edge once, sorted, and no more than the exporter takes.
 */
export function declaredEdges({ stack }: Pick<House, 'stack'>): readonly DeclaredEdge[] {
  const nameOf = ({ metadata }: { readonly metadata: { readonly name: string } }): string => metadata.name;
  const asks = (kind: DeclaredEdge['kind'], sources: readonly string[], targets: readonly string[]): DeclaredEdge[] =>
    sources.flatMap((source) => targets.map((target) => ({ source: asName(source), target: asName(target), kind })));
  const declared = [
    ...stack.MonitoredService.flatMap((service) => asks('declared', [nameOf(service)], service.spec.graph.dependsOn)),
    ...asks('declared', stack.Grafana.map(nameOf), stack.Prometheus.map(nameOf)),
    ...stack.AdGuardExporter.flatMap((exporter) =>
      exporter.spec.adguard === undefined ? [] : asks('declared', [nameOf(exporter)], [ADGUARD]),
    ),
  ];
  const scraped = [
    ...stack.Traefik.map(() => TRAEFIK),
    ...[...stack.NodeExporter, ...stack.Grafana, ...stack.AdGuardExporter, ...stack.ScrapeTarget].map(nameOf),
    ...stack.MonitoredService.filter(({ spec }) => spec.scrape !== undefined).map(nameOf),
  ];
  const scrapes = asks('scrape', stack.Prometheus.map(nameOf), scraped);
  return [...sorted(declared), ...sorted(scrapes)].slice(0, MOST_EDGES);
}

function sorted(edges: readonly DeclaredEdge[]): DeclaredEdge[] {
  const named = edges.filter(({ source, target }) => source !== '' && target !== '');
  const byEnds = new Map(named.map((edge) => [`${edge.source} ${edge.target}`, edge]));
  return [...byEnds].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, edge]) => edge);
}

/** What people write as free text may have spaces, which a name has not. */
function asName(text: string): string {
  return text.trim().replaceAll(/\s+/g, '-').slice(0, LONGEST_NAME);
}
