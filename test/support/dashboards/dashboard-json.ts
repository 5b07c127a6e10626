import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { fallbackDashboard } from '../../../src/stack/grafana/fallback-dashboard.ts';

/** As far as tests read them; Grafana's own types are held by test/unit/dashboards/schema.spec.ts. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly AnnotationJson[] };
  readonly panels: readonly PanelJson[];
  readonly links?: readonly LinkJson[];
}

export interface LinkJson {
  readonly title: string;
  readonly url?: string;
}

export interface VariableJson {
  readonly name: string;
  readonly query: string;
  readonly regex?: string;
  readonly allValue?: string;
  readonly datasource: { readonly uid: string };
}

export interface AnnotationJson {
  readonly name: string;
  readonly target: { readonly expr: string };
  readonly datasource: { readonly uid: string };
}

export interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
  readonly datasource: { readonly uid: string };
}

export interface TransformationJson {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly filter?: { readonly id: string; readonly options: string };
}

export interface PropertyJson {
  readonly id: string;
  readonly value: unknown;
}

export interface FieldDefaultsJson {
  readonly unit?: string;
  readonly noValue?: string;
  readonly thresholds?: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] };
  readonly mappings?: readonly unknown[];
  readonly links?: readonly LinkJson[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly TargetJson[];
  readonly transformations?: readonly TransformationJson[];
  readonly fieldConfig?: {
    readonly defaults: FieldDefaultsJson;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: unknown };
      readonly properties: readonly PropertyJson[];
    }[];
  };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly links?: readonly LinkJson[];
}

/** File of the home page, which no file holds: the program has it in itself. */
export const HOME = 'home';

/** Every dashboard that comes with bastion, by the name of its file, and the home page. */
export function shippedDashboards(): ReadonlyMap<string, DashboardJson> {
  const directory = join(packageRoot(), 'desired-state/dashboards');
  const files = readdirSync(directory).sort();
  return new Map([
    ...files.map((file) => [file.replace(/\.json$/, ''), parsed(readFileSync(join(directory, file), 'utf8'))] as const),
    [HOME, parsed(fallbackDashboard('30s'))] as const,
  ]);
}

function parsed(text: string): DashboardJson {
  return JSON.parse(text) as DashboardJson;
}
