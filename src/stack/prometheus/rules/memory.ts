import type { StackManifests } from '../../../model/stack-manifests.ts';
import { bytes } from '../../quantities.ts';
import { JOBS } from '../members.ts';
import type { RuleContext } from './context.ts';
import type { RecordingRule, RuleGroup } from './rule.ts';

/** A member that runs in a container of ours and tells what Go holds of memory. */
interface Measured {
  readonly job: string;
  readonly limit: number;
}

/** Bytes of its memory limit that Prometheus has for each series, queries and all. */
const BYTES_A_SERIES = 16_384;

/**
 * Memory of the members as they tell it themselves: what Go took from the kernel and did not give back. Their resident
 * memory is no measure, since it holds files that can be read again at any time.
 */
export function memoryRules({ prometheus, house }: RuleContext): RuleGroup {
  const { high } = prometheus.spec.pressure.memory;
  const own = JOBS.Prometheus;
  const series = Math.floor(bytes(prometheus.spec.memoryLimit) / BYTES_A_SERIES);
  const measured: Measured[] = [
    { job: own, limit: bytes(prometheus.spec.memoryLimit) },
    ...house.stack.Traefik.filter(({ spec }) => spec.existing === undefined).map(measuredOf),
    ...house.stack.Grafana.map(measuredOf),
  ];
  const starts = `process_start_time_seconds{job="${own}",instance="a"}`;
  return {
    name: 'bastion-memory',
    rules: [
      usedRule(measured),
      {
        alert: 'MemoryPressure',
        expr: `instance:memory_used:ratio > ${high}`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.job }} has almost no memory left',
        description: 'It holds {{ $value | humanizePercentage }} of its limit. At the limit the kernel ends it.',
        cases: [
          {
            when: 'it holds more than it should',
            series: held(own, (high + 0.05) * bytes(prometheus.spec.memoryLimit)),
            at: '15m',
            fires: [{ job: own, instance: 'a' }],
          },
          {
            when: 'it gave back what it does not use',
            series: held(own, (high - 0.05) * bytes(prometheus.spec.memoryLimit)),
            at: '15m',
            fires: [],
          },
        ],
      },
      {
        alert: 'MemberRestarting',
        expr: 'changes(process_start_time_seconds[1h]) > 2',
        severity: 'warning',
        summary: '{{ $labels.job }} starts again and again',
        description: '{{ $labels.instance }} was started {{ $value }} times within an hour.',
        cases: [
          {
            when: 'it started three times',
            series: { [starts]: '1 1 2 2 3 3 4 4' },
            at: '7m',
            fires: [{ job: own, instance: 'a' }],
          },
          { when: 'it started once', series: { [starts]: '1 1 1 1 2 2 2 2' }, at: '7m', fires: [] },
        ],
      },
      {
        alert: 'TooManySeries',
        expr: `prometheus_tsdb_head_series > ${series}`,
        for: '15m',
        severity: 'warning',
        summary: 'Prometheus holds more series than its memory is good for',
        description: 'It holds {{ $value }} series. Something that is scraped makes ever new labels.',
        cases: [
          {
            when: 'there are more',
            series: { [`prometheus_tsdb_head_series{job="${own}"}`]: `${series + 1}+0x30` },
            at: '20m',
            fires: [{ job: own }],
          },
          {
            when: 'there are as many',
            series: { [`prometheus_tsdb_head_series{job="${own}"}`]: `${series}+0x30` },
            at: '20m',
            fires: [],
          },
        ],
      },
    ],
  };
}

function measuredOf({ kind, spec }: StackManifests['Traefik' | 'Grafana']): Measured {
  return { job: JOBS[kind], limit: bytes(spec.memoryLimit) };
}

/** One rule for all: the limits are in no metric, so each job has its own number. */
function usedRule(measured: readonly Measured[]): RecordingRule {
  const shares = measured.map(
    ({ job, limit }) =>
      `(go_memstats_sys_bytes{job="${job}"} - go_memstats_heap_released_bytes{job="${job}"}) / ${limit}`,
  );
  return { record: 'instance:memory_used:ratio', expr: shares.join(' or ') };
}

function held(job: string, size: number): Readonly<Record<string, string>> {
  const free = 1024 ** 3;
  return {
    [`go_memstats_sys_bytes{job="${job}",instance="a"}`]: `${Math.round(size) + free}+0x30`,
    [`go_memstats_heap_released_bytes{job="${job}",instance="a"}`]: `${free}+0x30`,
  };
}
