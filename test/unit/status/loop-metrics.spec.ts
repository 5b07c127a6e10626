import { expect } from 'chai';
import { Registry } from 'prom-client';
import type { LoopsStatus } from '../../../src/model/loops-status.ts';
import type { Step } from '../../../src/model/step.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { LoopMetrics } from '../../../src/status/loop-metrics.ts';
import { NOW } from '../../support/planning.ts';
import { observedPrometheus, observedTarget, prometheusAnswer } from '../../support/stack-services.ts';

const KEY = 'Prometheus/prometheus';
const seen = (parts: Partial<LoopsStatus> = {}): TraceEvent => ({
  type: 'loops-seen',
  at: NOW,
  loops: {
    services: [{ key: KEY, type: 'prometheus' }],
    levels: [{ key: KEY, loop: 'memory', level: 2, since: NOW, cause: 'it was full' }],
    remediations: [{ key: 'ScrapeTarget/app', restarts: 0, maxRestarts: 5 }],
    ...parts,
  },
});

describe('metrics of the closed loops', () => {
  let registry: Registry;
  let metrics: LoopMetrics;
  const lines = async (...names: readonly string[]): Promise<string[]> => {
    metrics.refresh();
    const text = await registry.metrics();
    return text.split('\n').filter((line) => names.some((name) => line.startsWith(`${name}{`)));
  };

  beforeEach(() => {
    registry = new Registry();
    metrics = new LoopMetrics(registry);
  });

  it('show every series of what is wanted before anything was asked', async () => {
    metrics.consume(seen());
    expect(await lines('bastion_pressure_level', 'bastion_remediations_total', 'bastion_service_up')).to.have.members([
      'bastion_pressure_level{resource="Prometheus/prometheus",loop="memory"} 2',
      'bastion_remediations_total{resource="ScrapeTarget/app"} 0',
      'bastion_service_up{resource="Prometheus/prometheus"} Nan',
    ]);
    expect(await lines('bastion_scrape_targets')).to.have.length(4);
  });

  it('show what a service said last', async () => {
    metrics.consume(seen());
    const targets = [observedTarget('a'), observedTarget('b', { health: 'down' }), observedTarget('c')];
    const found = observedPrometheus({
      answer: prometheusAnswer({ targets }),
      memoryReadings: [{ at: NOW, ratio: 0.5 }],
    });
    metrics.consume({ type: 'service-checked', at: NOW, key: KEY, found });
    expect(await lines('bastion_service_up', 'bastion_scrape_targets', 'bastion_pressure_used_ratio')).to.have.members([
      'bastion_service_up{resource="Prometheus/prometheus"} 1',
      'bastion_scrape_targets{resource="Prometheus/prometheus",health="up"} 2',
      'bastion_scrape_targets{resource="Prometheus/prometheus",health="down"} 1',
      'bastion_scrape_targets{resource="Prometheus/prometheus",health="unknown"} 0',
      'bastion_scrape_targets{resource="Prometheus/prometheus",health="missing"} 0',
      'bastion_pressure_used_ratio{resource="Prometheus/prometheus",loop="memory"} 0.5',
      'bastion_pressure_used_ratio{resource="Prometheus/prometheus",loop="disk"} Nan',
    ]);
    const failure = { kind: 'unreachable', message: 'nobody answers', since: NOW } as const;
    metrics.consume({ type: 'service-checked', at: NOW, key: KEY, found: { ...found, failure } });
    expect(await lines('bastion_service_up')).to.deep.equal(['bastion_service_up{resource="Prometheus/prometheus"} 0']);
  });

  it('count restarts, and not that they are forgotten', async () => {
    metrics.consume(seen());
    const finished = (restarts: number): TraceEvent => ({
      type: 'step-finished',
      at: NOW,
      revision: undefined,
      milliseconds: 1,
      outcome: { type: 'done' },
      step: {
        id: '#1',
        op: 'RecordRemediation',
        target: 'ScrapeTarget/app',
        cause: '',
        fields: [],
        after: [],
        risk: 'safe',
        blockedBy: [],
        args: { specHash: 'v1:1', restarts },
      } satisfies Step<'RecordRemediation'>,
    });
    for (const restarts of [1, 2, 0]) metrics.consume(finished(restarts));
    expect(await lines('bastion_remediations_total')).to.deep.equal([
      'bastion_remediations_total{resource="ScrapeTarget/app"} 2',
    ]);
  });

  it('go with their resource', async () => {
    metrics.consume(seen());
    metrics.consume({ type: 'service-checked', at: NOW, key: KEY, found: observedPrometheus() });
    await lines();
    metrics.consume(seen({ services: [], levels: [], remediations: [] }));
    expect(await lines('bastion_')).to.deep.equal([]);
    metrics.refresh();
    expect((await registry.metrics()).split('\n').filter((line) => line.includes('{'))).to.deep.equal([]);
  });
});
