import { expect } from 'chai';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { Level } from '../../../src/model/levels.ts';
import type { ObservedContainer } from '../../../src/model/observed.ts';
import type { ObservedPrometheus } from '../../../src/model/observed-services.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import { container, gate, gateFiles, NOW, observedContainer, planningInput, resource } from '../../support/planning.ts';
import {
  diskPressure,
  lasting,
  memoryPressure,
  observedDisk,
  observedPrometheus,
  prometheusSpec,
  type PrometheusSpec,
} from '../../support/stack-services.ts';

const MINUTE = 60_000;
const GIB = 1024 ** 3;
const server = container('prometheus');
const ULIDS = ['A', 'B', 'C', 'D', 'E', 'F'].map((letter) => `01BKGV7JBM69T2G1BGBGM6KB1${letter}`);

interface House {
  readonly service?: Partial<PrometheusSpec>;
  readonly found?: Partial<ObservedPrometheus> | undefined;
  readonly levels?: Partial<Record<'memory' | 'disk', Level>>;
  readonly container?: Partial<ObservedContainer>;
  readonly more?: readonly Resource[];
  readonly input?: Partial<PlanningInput>;
}

function house({ service, found, levels, container: parts, more = [], input }: House): PlanningInput {
  const prometheus = resource(
    'Prometheus',
    'prometheus',
    {
      parts: [server.key],
      service: prometheusSpec(service),
    },
    [server.key, ...more.map(({ key }) => key)],
  );
  const memory: Memory =
    levels === undefined ? EMPTY_MEMORY : { ...EMPTY_MEMORY, levels: { [prometheus.key]: levels } };
  return planningInput(
    [server, prometheus, ...more],
    {
      containers: [observedContainer(server, parts)],
      services: found === undefined ? {} : { [prometheus.key]: observedPrometheus(found) },
    },
    { memory, ...input },
  );
}
const at = (level: number, since = NOW - 60 * MINUTE): Level => ({ level, since, cause: 'it was full' });
const blocks = (count: number, bytes = 2 * GIB) =>
  ULIDS.slice(0, count).map((name, index) => ({ name, maxTime: index, bytes }));
const message = (input: PlanningInput): string =>
  buildPlan(input).conditions.find(({ type, key }) => type === 'Degraded' && key.startsWith('Prometheus/'))?.message ??
  '';

describe('the memory loop of a Prometheus', () => {
  const memory = { used: 466 * 1024 ** 2, limit: 512 * 1024 ** 2 };

  it('goes a level up in a planned step, with its cause', () => {
    expectPlan(
      house({ found: { memory, memoryReadings: lasting(0.91, 2 * MINUTE) } }),
      `
      #1 RecordLevel Prometheus/prometheus memory 1: memory at 91 % of 512 MiB for 2 min
           pressure.memory: want 1, got 0
      `,
    );
  });

  it('goes down again, and is told as long as it gives something up', () => {
    const input = house({ found: { memory, memoryReadings: lasting(0.5, 31 * MINUTE) }, levels: { memory: at(2) } });
    expectPlan(
      input,
      `
      #1 RecordLevel Prometheus/prometheus memory 1: memory at 50 % of 512 MiB for 31 min
           pressure.memory: want 1, got 2
      `,
    );
    expectConditions(
      input,
      `
      Container/prometheus Ready Running
      Prometheus/prometheus Degraded MemoryPressure
      Prometheus/prometheus Progressing Healing
      `,
    );
    expect(message(input)).to.contain('memory level 2 (it was full)').and.to.contain('raise memoryLimit');
  });

  it('wakes when it would go further, and does nothing until then', () => {
    const input = house({ found: { memory, memoryReadings: lasting(0.91, MINUTE) } });
    expectPlan(input, 'nothing to do');
    expect(buildPlan(input).wakeAt).to.equal(NOW + MINUTE);
  });

  it('goes up at once after a kill, also when nothing was measured', () => {
    const input = house({ found: undefined, container: { outOfMemoryAt: NOW - 10_000, startedAt: NOW - 9000 } });
    expectPlan(
      input,
      `
      #1 RecordLevel Prometheus/prometheus memory 1: killed for want of memory 10 s ago
           pressure.memory: want 1, got 0
      `,
    );
    expect(message(input)).to.contain('prometheus was killed for want of memory at 2026-11-22T11:59:50');
  });

  it('goes back to 0 when it is switched off, and does nothing any more', () => {
    const off = { memoryPressure: { ...memoryPressure, isEnabled: false } };
    const found = { memory, memoryReadings: lasting(0.99, 60 * MINUTE) };
    expectPlan(
      house({ service: off, found, levels: { memory: at(3) } }),
      `
      #1 RecordLevel Prometheus/prometheus memory 0: the memory loop is switched off in the manifest
           pressure.memory: want 0, got 3
      `,
    );
    expectPlan(house({ service: off, found, levels: { memory: at(0) } }), 'nothing to do');
  });

  it('waits behind a closed gate and a hold like all that is done', () => {
    const first = gate('first');
    const found = { memory, memoryReadings: lasting(0.91, 2 * MINUTE) };
    const [step] = buildPlan(house({ found, more: [first] })).steps;
    expect(step?.blockedBy).to.deep.equal([{ type: 'gate', name: 'Gate/first' }]);
    const held = house({ found, input: { gates: gateFiles([], { holds: new Set(['Prometheus.prometheus']) }) } });
    expect(buildPlan(held).steps[0]?.blockedBy[0]?.type).to.equal('hold');
  });
});

describe('the disk loop of a Prometheus', () => {
  const full = (ratio: number, parts: Partial<ObservedPrometheus['disk']> = {}): Partial<ObservedPrometheus> => ({
    disk: observedDisk({ available: 100 * GIB * (1 - ratio), ...parts }),
    diskReadings: lasting(ratio, 2 * MINUTE),
  });
  const snapshots = ['20261122T035937Z-0a1397dd1e8cb472'];

  it('goes up, and deletes snapshots only once it is at its first level', () => {
    expectPlan(
      house({ found: full(0.82, { snapshots }) }),
      `
      #1 RecordLevel Prometheus/prometheus disk 1: disk at 82 % of 100 GiB for 2 min
           pressure.disk: want 1, got 0
      `,
    );
    expectPlan(
      house({ found: full(0.78, { snapshots }), levels: { disk: at(1) } }),
      '#1 DeleteSnapshots Prometheus/prometheus 20261122T035937Z-0a1397dd1e8cb472: disk level 1: it was full',
    );
  });

  it('deletes no snapshot while a backup of it runs', () => {
    const backup = resource(
      'Backup',
      'nightly',
      { schedule: '0 3 * * *', directory: '/srv/b', prometheus: 'prometheus', keep: 7, verify: true },
      [],
    );
    const input = house({
      found: full(0.78, { snapshots }),
      levels: { disk: at(1) },
      input: { busy: new Set([backup.key]) },
    });
    const desired = { ...input.desired, resources: [backup, ...input.desired.resources] };
    expectPlan({ ...input, desired }, 'nothing to do');
  });

  it('stops it, drops the oldest blocks and starts it at its last level', () => {
    expectPlan(
      house({ found: full(0.97, { blocks: blocks(6) }), levels: { disk: at(3) } }),
      `
      #1 RecordLevel Prometheus/prometheus disk 4: disk at 97 % of 100 GiB for 2 min
           pressure.disk: want 4, got 3
      #2 StopContainer Prometheus/prometheus aaaaaaaaaaaa: disk level 4: 97 % used (after #1)
      #3 DropOldestBlocks Prometheus/prometheus /opt/core/prometheus/data: disk level 4: 97 % used (after #2)
      #4 StartContainer Prometheus/prometheus aaaaaaaaaaaa: disk level 4: 97 % used (after #3)
      `,
    );
    const step = buildPlan(house({ found: full(0.97, { blocks: blocks(6) }), levels: { disk: at(3) } })).steps[2];
    expect(step?.args).to.deep.include({ keepNewest: 3 });
    expect(step?.op === 'DropOldestBlocks' ? step.args.untilFree : 0).to.be.closeTo(10 * GIB, 1024);
  });

  it('finishes a round that a crash ended, and waits for the dwell before another', () => {
    const found = full(0.97, { blocks: blocks(6) });
    const interrupted = house({ found, levels: { disk: at(4, NOW - MINUTE) } });
    expectPlan(
      interrupted,
      `
      #1 StopContainer Prometheus/prometheus aaaaaaaaaaaa: disk level 4: 97 % used
      #2 DropOldestBlocks Prometheus/prometheus /opt/core/prometheus/data: disk level 4: 97 % used (after #1)
      #3 StartContainer Prometheus/prometheus aaaaaaaaaaaa: disk level 4: 97 % used (after #2)
      `,
    );
    const started = { startedAt: NOW - 30_000 };
    expectPlan(house({ found, levels: { disk: at(4, NOW - MINUTE) }, container: started }), 'nothing to do');
    const later = house({ found, levels: { disk: at(4, NOW - 11 * MINUTE) }, container: started });
    expect(buildPlan(later).steps.map(({ op }) => op)).to.deep.equal([
      'RecordLevel',
      'StopContainer',
      'DropOldestBlocks',
      'StartContainer',
    ]);
    const stale = full(0.97, { blocks: blocks(6), at: NOW - 40_000 });
    expectPlan(
      house({ found: stale, levels: { disk: at(4, NOW - 11 * MINUTE) }, container: started }),
      'nothing to do',
    );
  });

  it('makes no round of what was measured before the last one, also when the clock was set back meanwhile', () => {
    const started = { startedAt: NOW - 30_000 };
    const levels = { disk: at(4, NOW + 60 * MINUTE) };
    const stale = full(0.97, { blocks: blocks(6), at: NOW - 40_000 });
    expectPlan(house({ found: stale, levels, container: started }), 'nothing to do');
    const fresh = house({ found: full(0.97, { blocks: blocks(6) }), levels, container: started });
    expect(buildPlan(fresh).steps[0]?.op).to.equal('RecordLevel');
  });

  it('drops nothing where that would not help, and says so', () => {
    for (const few of [blocks(3), blocks(6, 1024)]) {
      const input = house({ found: full(0.99, { blocks: few }), levels: { disk: at(4) } });
      expectPlan(input, 'nothing to do');
      expect(message(input)).to.contain('something else fills it');
    }
  });

  it('drops nothing that the manifest does not allow', () => {
    const service = { diskPressure: { ...diskPressure, maximumLevel: 3 } };
    expectPlan(house({ service, found: full(0.99, { blocks: blocks(6) }), levels: { disk: at(3) } }), 'nothing to do');
  });

  it('leaves a container on hold alone', () => {
    const gates = gateFiles([], { holds: new Set(['Container.prometheus']) });
    const input = house({
      found: full(0.97, { blocks: blocks(6) }),
      levels: { disk: at(4, NOW - MINUTE) },
      input: { gates },
    });
    for (const step of buildPlan(input).steps) expect(step.blockedBy.map(({ type }) => type)).to.include('hold');
  });
});
