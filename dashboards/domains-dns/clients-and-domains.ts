import { nodeGraph } from '../shared/node-graph.ts';
import { nodeStats } from '../shared/node-stats.ts';
import { ofField } from '../shared/pages.ts';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';

/** Only with `clientDomains`: without it the exporter has no domains in its graph. */
export function clientsAndDomains(): Part {
  const nodes = `id:homelab_graph_node_requests:rate5m{id=~"cli:$client|dom:.*",detail__zone=~"$zone|"}`;
  const end = (of: string, from: string): string => `on (${of}) label_replace(${from}, "${of}", "$1", "id", "(.+)")`;
  const between = (edges: string): string => `(${edges} and ${end('source', nodes)} and ${end('target', nodes)})`;
  const edges = between('id:homelab_graph_edge_requests:rate5m{detail__kind="lookup"}');
  const seconds = between('id:homelab_graph_edge_duration_seconds:mean5m{detail__kind="lookup"}');
  // Without an edge there is nothing to see in a node.
  const shown = `(${nodes} and on () ${edges})`;
  const errors = `(id:homelab_graph_node_errors:ratio_rate5m{id=~"cli:$client|dom:.*",detail__zone=~"$zone|"} and on () ${edges})`;
  return {
    ...nodeGraph({
      title: 'Clients and domains',
      description:
        'Which of the busiest clients ask for which of the 30 busiest domains; the three of each that it asks for most.',
      span: 24,
      height: 14,
      empty: NOTHING.clientDomains,
      nodes: nodeStats(shown, errors),
      edges: {
        mainstat: edges,
        secondarystat: `1000 * ${seconds}`,
        thickness: `clamp(1 + log2(1 + ${edges}), 1, 10)`,
      },
      nodeUnits: ['reqps', 'percent'],
      edgeUnits: ['reqps', 'ms'],
      link: { title: 'About this node', url: `/d/${ofField('about')}` },
      alarm: {
        whenRed: 'a red ring is a client whose queries end in SERVFAIL: see Failing at the top.',
        runbook: ['DnsUnusual'],
      },
    }),
    isHeavy: true,
  };
}
