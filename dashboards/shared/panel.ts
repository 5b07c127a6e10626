import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DashboardLink,
  type DataTransformerConfig,
  type DynamicConfigValue,
  type GridPos,
  type FieldColor,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATA_SOURCE } from './names.ts';
import { target, type Query } from './query.ts';
import { runbookUrl } from './runbook.ts';

/** A colour from a value on; the first step is for all below the second. */
export type Steps = readonly [first: string, ...rest: (readonly [from: number, color: string])[]];

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** When a value is red, and what a person then does. */
export interface Alarm {
  readonly steps: Steps;
  /** In a sentence or two: where to look, what to do. */
  readonly whenRed: string;
  /** Sections of the runbook. */
  readonly runbook: readonly string[];
}

/** What every panel has. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows, for a person who sees it for the first time. */
  readonly description: string;
  /** Columns of 24, and rows. */
  readonly span: number;
  readonly height: number;
  readonly queries: readonly Query[];
  /** Of Grafana's units; absent only where no field is a number with one. */
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** Shown where there is nothing: what that means. */
  readonly empty: string;
  readonly alarm?: Alarm;
  /** Colours that are no alarm. */
  readonly steps?: Steps;
  readonly mappings?: readonly ValueMapping[];
  /** From a value or row to the dashboard about it. */
  readonly links?: readonly Link[];
  readonly transformations?: readonly DataTransformerConfig[];
  readonly overrides?: readonly { readonly field: string; readonly properties: readonly DynamicConfigValue[] }[];
  /** Left out of the lite variant. */
  readonly isHeavy?: boolean;
}

/** A panel on its way into a dashboard, which gives it its id. */
export interface Part {
  readonly isHeavy: boolean;
  readonly span: number;
  readonly height: number;
  readonly builder: PanelBuilder;
}

/** What the builders of all panel types have in common. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  gridPos(place: GridPos): this;
  datasource(source: { type: string; uid: string }): this;
  withTarget(query: Builder<Dataquery>): this;
  withTransformation(transformation: DataTransformerConfig): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: Builder<ThresholdsConfig>): this;
  colorScheme(color: Builder<FieldColor>): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
  links(links: Builder<DashboardLink>[]): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
  maxDataPoints(points: number): this;
}

/** Fills in a builder what all panels have. */
export function part(builder: PanelBuilder, spec: PanelSpec): Part {
  const { alarm, steps = alarm?.steps } = spec;
  builder.title(spec.title).description(descriptionOf(spec));
  builder.datasource(DATA_SOURCE).noValue(spec.empty);
  spec.queries.forEach((query, position) => builder.withTarget(target(query, position)));
  for (const transformation of spec.transformations ?? []) builder.withTransformation(transformation);
  if (spec.unit !== undefined) builder.unit(spec.unit);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.mappings !== undefined) builder.mappings([...spec.mappings]);
  builder.thresholds(thresholds(steps ?? ['green']));
  builder.colorScheme(
    new FieldColorBuilder().mode(steps === undefined ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds),
  );
  if (spec.links !== undefined) builder.dataLinks(spec.links.map(dataLink));
  if (alarm !== undefined)
    builder.links(alarm.runbook.map((name) => dataLink({ title: `What to do: ${name}`, url: runbookUrl(name) })));
  for (const { field, properties } of spec.overrides ?? []) builder.overrideByName(field, [...properties]);
  return { isHeavy: spec.isHeavy ?? false, span: spec.span, height: spec.height, builder };
}

export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  const [first, ...rest] = steps;
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ color: first, value: null }, ...rest.map(([value, color]) => ({ color, value }))]);
}

function descriptionOf({ description, alarm }: PanelSpec): string {
  if (alarm === undefined) return description;
  const sections = alarm.runbook.map((name) => `[${name}](${runbookUrl(name)})`);
  return `${description}\n\n**When it is red:** ${alarm.whenRed} Runbook: ${sections.join(', ')}.`;
}

function dataLink({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}
