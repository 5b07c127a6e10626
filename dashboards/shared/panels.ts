import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  SortOrder,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder as Heatmap,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { part, type PanelSpec, type Part } from './panel.ts';

const last = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

const list = (): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true);

const tooltip = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** A course over time; thresholds are drawn as lines, since several series have their own colours. */
export function timeseries(spec: PanelSpec & { readonly isStacked?: boolean }): Part {
  const builder = new TimeSeries().legend(list()).tooltip(tooltip()).lineWidth(1).fillOpacity(10).spanNulls(false);
  if (spec.isStacked === true)
    builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A')).fillOpacity(40);
  if (spec.alarm !== undefined)
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return part(builder, spec);
}

/** One number, or few beside each other. */
export function stat(spec: PanelSpec): Part {
  const isNamed = spec.queries.some(({ legend }) => legend !== undefined);
  const builder = new Stat()
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(isNamed ? BigValueTextMode.ValueAndName : BigValueTextMode.Value);
  return part(builder, spec);
}

/** Bars by size: who is first. */
export function bars(spec: PanelSpec): Part {
  const builder = new BarGauge()
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .showUnfilled(false);
  return part(builder, spec);
}

/** States over time, one line each. */
export function states(spec: PanelSpec): Part {
  const builder = new StateTimeline()
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .legend(list())
    .tooltip(tooltip());
  return part(builder, spec);
}

/** Buckets of a histogram over time; its unit is that of the axis. */
export function heatmap(spec: PanelSpec & { readonly axisUnit: string }): Part {
  const builder = new Heatmap()
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Blues')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .fill('blue'),
    )
    .yAxis(new YAxisConfigBuilder().unit(spec.axisUnit))
    .showLegend();
  return part(builder, spec);
}
