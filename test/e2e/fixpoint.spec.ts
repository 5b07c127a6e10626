import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadDesiredState } from '../../src/desired/load.ts';
import { formatFinding } from '../../src/desired/format-finding.ts';
import { createDockerEngine } from '../../src/engine/docker.ts';
import type { Engine } from '../../src/engine/port.ts';
import { EMPTY_MEMORY } from '../../src/model/memory.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import type { TraceEvent } from '../../src/model/trace.ts';
import { Observer } from '../../src/observe/observer.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { renderPlanText } from '../../src/plan/render-text.ts';
import { assembleController } from '../../src/runtime/assemble.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import {
  arbitraryContainerSpec,
  containerFieldArbitraries,
  withoutConflicts,
  type Surroundings,
} from '../support/arbitrary-container.ts';
import { removeInstance } from '../support/remove-instance.ts';
import { skipBecause } from '../support/skip.ts';
import { testEngine } from '../support/test-engine.ts';

const PER_ROUND = 24;
/** Rounds of random specs; each replaces the containers of the round before. */
const RANDOM_ROUNDS = Number(process.env.BASTION_FIXPOINT_ROUNDS ?? '2');
const SEED = Number(process.env.BASTION_SEED ?? '20261122');

/** Process 1 gets no default signal handling: a bare `sleep` would use up every grace period. */
const STOPS_AT_ONCE = ['sh', '-c', "trap 'exit 0' TERM; sleep 3600 & wait"];

type Spec = Record<string, unknown>;

describe('the fixpoint law: after an apply, the plan is empty, for every field that a spec can set', function () {
  this.timeout(300_000);
  const instance = `fixpoint-${process.pid}`;
  let directory = '';
  let desired = '';
  const networks = { [`${instance}-a`]: '10.213.1.0/24', [`${instance}-b`]: '10.213.2.0/24' };
  const volume = `${instance}-data`;
  let engine: (Engine & { close(): void }) | undefined;
  let image = '';

  before(async function () {
    const found = await testEngine();
    if (!found) return skipBecause(this, 'no Docker Engine');
    if (!found.images.busybox.available) return skipBecause(this, 'no busybox image');
    image = found.images.busybox.reference;
    engine = createDockerEngine({ host: found.host });
    directory = mkdtempSync(join(tmpdir(), 'bastion-fixpoint-'));
    desired = join(directory, 'desired');
    for (const each of [desired, join(directory, 'host')]) mkdirSync(each);
    write('00-common.yaml', [
      { kind: 'Bastion', metadata: { name: instance }, spec: { allowedRoots: [directory], maxRemovals: 100 } },
      ...Object.entries(networks).map(([name, subnet]) => ({
        kind: 'Network',
        metadata: { name },
        spec: { ipam: { config: [{ subnet }] } },
      })),
      { kind: 'Volume', metadata: { name: volume }, spec: {} },
    ]);
  });

  after(async () => {
    if (engine) {
      await removeInstance(engine, instance);
      engine.close();
    }
    if (directory !== '') rmSync(directory, { recursive: true, force: true });
  });

  const around = (ordinal: number): Surroundings => ({
    image,
    networks,
    volume,
    directory: join(directory, 'host'),
    ordinal,
  });

  function write(file: string, documents: readonly { kind: string; metadata: object; spec: object }[]): void {
    writeFileSync(
      join(desired, file),
      documents.map((document) => stringify({ apiVersion: 'bastion.lab/v1', ...document })).join('---\n'),
    );
  }

  function writeContainers(specs: readonly Spec[]): void {
    const annotations = {
      'bastion.lab/allow': 'no-privileged-host-access, allowed-roots',
      'bastion.lab/allow-reason': 'generated',
    };
    write(
      '10-containers.yaml',
      specs.map((spec, index) => ({
        kind: 'Container',
        metadata: { name: `${instance}-${index}`, annotations },
        spec,
      })),
    );
  }

  async function load(): Promise<DesiredState> {
    const state = await loadDesiredState({
      directory: desired,
      root: '',
      waivable: ['allowed-roots', 'no-privileged-host-access'],
    });
    expect(state.findings.map((finding) => formatFinding(finding, desired))).to.deep.equal([]);
    return state;
  }

  /** Converges with the real controller; what steps failed is part of the message when something is left. */
  async function converge(): Promise<void> {
    if (!engine) throw new Error('no engine');
    const failures: string[] = [];
    const onTrace = (event: TraceEvent): void => {
      if (event.type === 'step-finished' && 'error' in event.outcome)
        failures.push(`${event.step.op} ${event.step.target}: ${event.outcome.error.message}`);
    };
    const controller = await assembleController({
      version: 'test',
      engine,
      clock: systemClock,
      stateDirectory: join(directory, 'state'),
      concurrency: 8,
      loadDesired: load,
      watchDesired: () => ({ close: () => undefined }),
      readGates: () => Promise.resolve({ directory: '/none', open: {}, refused: {}, holds: new Set<string>() }),
      watchGates: () => ({ close: () => undefined }),
      onTrace,
    });
    try {
      await controller.start();
      const result = await controller.runUntilSettled({ signal: AbortSignal.timeout(120_000) });
      const faults = controller.snapshot().plan.faults;
      expect(faults, 'fields that differ right after our own apply').to.deep.equal([]);
      const unready = controller
        .snapshot()
        .resources.flatMap(({ key, conditions }) =>
          conditions
            .filter(({ type, status }) => status && type !== 'Ready')
            .map(({ reason, message }) => `${key} ${reason}: ${message}`),
        );
      expect(result, [...unready, ...failures].join('\n')).to.equal('converged');
    } finally {
      await controller.stop();
    }
  }

  /** A fresh look with no memory at all: only the spec and what inspect says. */
  async function expectNothingToDo(specs: readonly Spec[]): Promise<void> {
    if (!engine) throw new Error('no engine');
    const state = await load();
    const { observed } = await new Observer(engine, { now: () => Date.now() }).observe(state, { full: true });
    const gates = { directory: '/none', open: {}, refused: {}, holds: new Set<string>() };
    const plan = buildPlan({ desired: state, observed, gates, memory: EMPTY_MEMORY, busy: new Set(), now: Date.now() });
    const guilty = [...new Set(plan.steps.map((step) => step.target))].map(
      (key) => `${key}: ${JSON.stringify(specs[Number(key.split('-').at(-1))])}`,
    );
    expect(renderPlanText(plan), guilty.join('\n')).to.equal('nothing to do');
  }

  async function holds(specs: readonly Spec[]): Promise<void> {
    writeContainers(specs);
    await converge();
    await expectNothingToDo(specs);
  }

  it('holds for each field by itself, in every form', async () => {
    const specs = Object.entries(containerFieldArbitraries(around(0))).flatMap(([field], index) => {
      const arbitrary = containerFieldArbitraries(around(index))[field] ?? fc.constant(undefined);
      return fc
        .sample(arbitrary, { numRuns: 2, seed: SEED + index })
        .slice(0, 1)
        .map((value) => withoutConflicts({ image, mem_limit: '64m', command: STOPS_AT_ONCE, [field]: value }));
    });
    expect(specs.length).to.be.greaterThan(45);
    await holds(specs);
  });

  for (let round = 0; round < RANDOM_ROUNDS; round += 1)
    it(`holds for random specs in any combination (round ${round + 1}), which replace those before`, async () => {
      const specs = Array.from(
        { length: PER_ROUND },
        (_, ordinal) =>
          fc.sample(arbitraryContainerSpec(around(100 + ordinal + round * PER_ROUND)), {
            numRuns: 1,
            seed: SEED + round * 1000 + ordinal,
          })[0] ?? {},
      );
      await holds(specs);
    });
});
