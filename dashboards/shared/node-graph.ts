import {
  ArcOptionBuilder,
  EdgeOptionsBuilder,
  NodeOptionsBuilder,
  PanelBuilder as NodeGraph,
  ZoomMode,
} from '@grafana/grafana-foundation-sdk/nodegraph';
import { part, type Alarm, type PanelBuilder, type Part } from './panel.ts';

/** A number of a node or an edge, by the name of the field that the panel reads. */
type Stats = Readonly<Record<string, string>>;

export interface NodeGraphSpec {
  readonly title: string;
  readonly description: string;
  readonly span: number;
  readonly height: number;
  readonly empty: string;
  /** Expressions with the labels `id`, `title`, `subtitle`, and what else a node shows or links with. */
  readonly nodes: Stats;
  /** Expressions with the labels `id`, `source`, `target`; both ends must be among the nodes, or the panel crashes. */
  readonly edges: Stats;
  /** Units of the first and the second number. */
  readonly nodeUnits: readonly [string, string];
  readonly edgeUnits: readonly [string, string];
  readonly alarm: Omit<Alarm, 'steps'>;
  readonly link?: { readonly title: string; readonly url: string };
}

const STAT = 'stat';

/**
 * A node graph. The panel reads fields by their true names, which no renaming changes: so each number carries the name of
 * its field in a label, of which labelsToFields makes the name, and merge folds the rows of an id into one. Both are
 * limited to one of the two queries, or the edges would be swallowed by the nodes.
 */
export function nodeGraph(spec: NodeGraphSpec): Part {
  const { nodes, edges, nodeUnits, edgeUnits, link } = spec;
  const builder = new NodeGraph()
    .zoomMode(ZoomMode.Cooperative)
    .nodes(
      new NodeOptionsBuilder()
        .mainStatUnit(nodeUnits[0])
        .secondaryStatUnit(nodeUnits[1])
        .arcs([
          new ArcOptionBuilder().field('arc__ok').color('green'),
          new ArcOptionBuilder().field('arc__bad').color('red'),
          new ArcOptionBuilder().field('arc__unknown').color('gray'),
        ]),
    )
    .edges(new EdgeOptionsBuilder().mainStatUnit(edgeUnits[0]).secondaryStatUnit(edgeUnits[1]));
  return part(layered(builder), {
    ...spec,
    alarm: { ...spec.alarm, steps: ['green', [0.05, 'red']] },
    queries: [
      { refId: 'nodes', expr: tagged(nodes), instant: true },
      { refId: 'edges', expr: tagged(edges), instant: true },
    ],
    transformations: ['nodes', 'edges'].flatMap((refId) =>
      [
        { id: 'labelsToFields', options: { mode: 'columns', valueLabel: STAT } },
        { id: 'merge', options: {} },
      ].map((transformation) => ({
        ...transformation,
        filter: { id: 'byRefId', options: refId },
        topic: 'series' as const,
      })),
    ),
    overrides: link === undefined ? [] : [{ field: 'id', properties: [{ id: 'links', value: [link] }] }],
  });
}

/** The panel has layouts since Grafana 12, of which the kit knows nothing yet; a star is unreadable in the other ones. */
function layered(builder: NodeGraph): PanelBuilder {
  const build = builder.build.bind(builder);
  builder.build = () => {
    const panel = build();
    return { ...panel, options: { ...(panel.options as object), layoutAlgorithm: 'layered' } };
  };
  return builder;
}

/** Multiplied, so that the name of a recorded series goes, which would become a field, too. */
function tagged(stats: Stats): string {
  return Object.entries(stats)
    .map(([field, expr]) => `label_replace(1 * (${expr}), "${STAT}", "${field}", "id", ".+")`)
    .join('\nor\n');
}
