import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { bars, heatmap, stat, timeseries } from '../shared/panels.ts';
import { course, now } from '../shared/query.ts';

/** What was changed behind the operator's back, and how soon it was put right. */
export function drift(): Part[] {
  return [
    bars({
      title: 'Drift by field, a day',
      description: "What was changed behind the operator's back and put right within a day, by kind and field.",
      span: 12,
      height: 9,
      unit: 'none',
      decimals: 0,
      queries: [now('topk(15, sum by (kind, field) (increase(bastion_drift_total[1d])) > 0)', '{{kind}} {{field}}')],
      empty: 'Nobody changed anything behind its back.',
      alarm: {
        steps: ['blue', [6, 'orange'], [50, 'red']],
        whenRed: 'something else keeps changing it: find who, or write what they want into the manifest.',
        runbook: ['DriftHigh'],
      },
    }),
    timeseries({
      title: 'Drift found',
      description: 'Changes behind its back over time, by kind.',
      span: 12,
      height: 9,
      unit: 'none',
      queries: [course('sum by (kind) (increase(bastion_drift_total[$__rate_interval]))', '{{kind}}')],
      empty: NOTHING.operator,
      isHeavy: true,
    }),
    heatmap({
      title: 'Time to heal',
      description: 'How many drifts took how long from the first sight to Ready again.',
      span: 16,
      height: 8,
      unit: 'none',
      axisUnit: 's',
      queries: [
        {
          ...course('sum by (le) (increase(bastion_heal_seconds_bucket[$__rate_interval]))', '{{le}}'),
          format: 'heatmap',
        },
      ],
      empty: NOTHING.operator,
      isHeavy: true,
    }),
    stat({
      title: 'Time to heal, a day',
      description: 'Half of all drifts of a day, and 19 of 20, were healed within this time.',
      span: 8,
      height: 8,
      unit: 's',
      queries: [
        now('histogram_quantile(0.5, sum by (le) (increase(bastion_heal_seconds_bucket[1d])))', 'half'),
        now('histogram_quantile(0.95, sum by (le) (increase(bastion_heal_seconds_bucket[1d])))', '19 of 20'),
      ],
      empty: 'Nothing had to be healed.',
      alarm: {
        steps: ['green', [60, 'orange'], [600, 'red']],
        whenRed:
          'the engine is slow, images have to be pulled again, or something does not become healthy: `bastion history` has the times.',
        runbook: ['ResourceDegraded'],
      },
    }),
  ];
}
