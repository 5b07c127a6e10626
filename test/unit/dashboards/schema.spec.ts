import { basename, join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { shippedDashboards, type DashboardJson } from '../../support/dashboards/dashboard-json.ts';

/** Types of options and field configuration that Grafana publishes for a panel, by the panel's type. */
const PANELS: Readonly<Record<string, { readonly module: string; readonly hasFields: boolean }>> = {
  bargauge: { module: 'bargauge/panelcfg/x/BarGaugePanelCfg', hasFields: false },
  heatmap: { module: 'heatmap/panelcfg/x/HeatmapPanelCfg', hasFields: true },
  nodeGraph: { module: 'nodegraph/panelcfg/x/NodeGraphPanelCfg', hasFields: false },
  stat: { module: 'stat/panelcfg/x/StatPanelCfg', hasFields: false },
  'state-timeline': { module: 'statetimeline/panelcfg/x/StateTimelinePanelCfg', hasFields: true },
  table: { module: 'table/panelcfg/x/TablePanelCfg', hasFields: true },
  text: { module: 'text/panelcfg/x/TextPanelCfg', hasFields: false },
  timeseries: { module: 'timeseries/panelcfg/x/TimeSeriesPanelCfg', hasFields: true },
};

/**
 * As JSON has it: an enumeration is the text or number of one of its members. Literals are checked for members that their
 * type has not, so a misspelled option is an error.
 */
const PLAIN = `
type Plain<T> = T extends string ? \`\${T}\` : T extends number ? number : T extends boolean ? boolean
  : T extends readonly (infer I)[] ? readonly Plain<I>[] : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;
type Some<T> = T extends readonly (infer I)[] ? readonly Some<I>[] : T extends object ? { readonly [K in keyof T]?: Some<T[K]> } : Plain<T>;
`;

function alias(type: string): string {
  return type.replace('-', '_');
}

function source(dashboard: DashboardJson): string {
  const imports = Object.entries(PANELS).map(
    ([type, { module }]) =>
      `import type * as ${alias(type)} from '@grafana/schema/dist/esm/raw/composable/${module}_types.gen';`,
  );
  const checks = dashboard.panels.flatMap((panel, index) => {
    const { hasFields } = PANELS[panel.type] ?? {};
    const type = alias(panel.type);
    return [
      `export const options${index}: Some<${type}.Options> = ${JSON.stringify(panel.options ?? {})};`,
      ...(hasFields === true
        ? [
            `export const fields${index}: Some<${type}.FieldConfig> = ${JSON.stringify(panel.fieldConfig?.defaults.custom ?? {})};`,
          ]
        : []),
      ...(panel.targets ?? []).map(
        (target, at) => `export const target${index}_${at}: Plain<Dataquery> = ${JSON.stringify(target)};`,
      ),
    ];
  });
  return [
    `import type { AnnotationQuery, Dashboard } from '@grafana/schema';`,
    `import type { Dataquery as Query } from '@grafana/grafana-foundation-sdk/prometheus';`,
    ...imports,
    PLAIN,
    // What only the program that builds dashboards is interested in.
    `type Dataquery = Omit<Query, '_implementsDataqueryVariant' | 'dataqueryName'>;`,
    // What the Prometheus data source reads of its annotations besides; it is published nowhere.
    `type Annotation = Omit<AnnotationQuery, 'target'> & { titleFormat: string; textFormat: string; tagKeys: string; target: Dataquery };`,
    `export const dashboard: Plain<Omit<Dashboard, 'annotations'> & { annotations: { list: Annotation[] } }> = ${JSON.stringify(dashboard)};`,
    ...checks,
  ].join('\n');
}

/** What the compiler says of texts as modules of this repository. */
function problemsIn(texts: ReadonlyMap<string, string>): string[] {
  const root = packageRoot();
  const files = new Map([...texts].map(([name, text]) => [join(root, `test/${name}.dashboard.ts`), text]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const base = ts.createCompilerHost(options);
  host.fileExists = (path) => files.has(path) || base.fileExists(path);
  host.readFile = (path) => files.get(path) ?? base.readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = files.get(path);
    return text === undefined ? base.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the JSON of dashboards', function () {
  this.timeout(120_000);

  it("fits the types that Grafana publishes, of the version that is shipped: @grafana/schema's and the kit's for queries", () => {
    const texts = new Map([...shippedDashboards()].map(([name, dashboard]) => [name, source(dashboard)]));
    expect(problemsIn(texts).join('\n')).to.equal('');
  });

  it('would not fit with an option that there is none of, an unknown colour mode or a wrong place', () => {
    const [text = ''] = [...shippedDashboards().values()].map((dashboard) => JSON.stringify(dashboard));
    const changes: readonly (readonly [name: string, from: string, to: string])[] = [
      ['showHaeder', '"showHeader"', '"showHaeder"'],
      ['rainbow', '"colorMode":"value"', '"colorMode":"rainbow"'],
      ['left', '"gridPos":{"x":0', '"gridPos":{"x":"left"'],
    ];
    const broken = changes.map(([name, from, to]) => {
      expect(text).to.contain(from);
      return [name, source(JSON.parse(text.replace(from, to)) as DashboardJson)] as const;
    });
    const problems = problemsIn(new Map(broken));
    for (const [name] of changes)
      expect(
        problems.filter((problem) => problem.includes(`${name}.dashboard.ts`)),
        name,
      ).to.have.length.above(0);
  });
});
