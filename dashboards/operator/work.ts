import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { timeseries } from '../shared/panels.ts';
import { course } from '../shared/query.ts';

/** What the loop does. */
export function work(): Part[] {
  return [
    timeseries({
      title: 'Passes',
      description: 'Passes of the loop by result: converged, progressing, waiting (for a gate), failing, stopped.',
      span: 8,
      height: 8,
      unit: 'none',
      isStacked: true,
      queries: [course('sum by (result) (increase(bastion_reconcile_total[$__rate_interval]))', '{{result}}')],
      empty: NOTHING.operator,
      isHeavy: true,
    }),
    timeseries({
      title: 'Steps',
      description: 'Steps that ran, by what became of them.',
      span: 8,
      height: 8,
      unit: 'none',
      isStacked: true,
      queries: [course('sum by (outcome) (increase(bastion_steps_total[$__rate_interval]))', '{{outcome}}')],
      empty: NOTHING.operator,
    }),
    timeseries({
      title: 'Time of a pass',
      description: 'The time within which 19 of 20 passes end.',
      span: 8,
      height: 8,
      unit: 's',
      queries: [
        course(
          'histogram_quantile(0.95, sum by (le) (rate(bastion_reconcile_time_seconds_bucket[$__rate_interval])))',
          '19 of 20',
        ),
      ],
      empty: NOTHING.operator,
      isHeavy: true,
    }),
  ];
}
