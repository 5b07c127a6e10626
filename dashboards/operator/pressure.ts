import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { states, timeseries } from '../shared/panels.ts';
import { course } from '../shared/query.ts';

/** How short memory and disk are. */
export function pressure(): Part[] {
  return [
    states({
      title: 'Pressure',
      description:
        'How far the operator goes to save memory and disk: 0 is as the manifest says; the higher, the less is collected and asked.',
      span: 12,
      height: 8,
      unit: 'none',
      queries: [course('max by (resource, loop) (bastion_pressure_level)', '{{resource}} {{loop}}')],
      empty: 'No loop has anything to watch.',
      mappings: [{ type: MappingType.ValueToText, options: { 0: { text: 'as wanted', color: 'green', index: 0 } } }],
      alarm: {
        steps: ['green', [1, 'orange'], [3, 'red']],
        whenRed: 'memory or disk is short: the runbook says what can be taken away from it.',
        runbook: ['MemoryPressure', 'DiskLow'],
      },
    }),
    timeseries({
      title: 'Memory of members',
      description:
        'Share of their memory limits that Prometheus, Traefik and Grafana hold, as Go tells it of them. The exporters are not in it.',
      span: 12,
      height: 8,
      unit: 'percentunit',
      min: 0,
      queries: [course('max by (job) (instance:memory_used:ratio)', '{{job}}')],
      empty: 'None of the three tells its memory.',
      alarm: {
        steps: ['green', [0.85, 'red']],
        whenRed: 'at its limit the kernel ends it: raise memoryLimit, or see what takes it.',
        runbook: ['MemoryPressure'],
      },
    }),
    timeseries({
      title: 'Memory of the operator',
      description: 'Resident memory of the operator itself.',
      span: 12,
      height: 8,
      unit: 'bytes',
      queries: [course('max(process_resident_memory_bytes{job="bastion"})', 'resident')],
      empty: NOTHING.operator,
      isHeavy: true,
    }),
  ];
}
