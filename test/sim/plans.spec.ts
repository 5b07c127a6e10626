import { expect } from 'chai';
import fc from 'fast-check';
import { EMPTY_MEMORY, type Memory } from '../../src/model/memory.ts';
import type { ContainerState, Observed, ObservedContainer } from '../../src/model/observed.ts';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import {
  arbitraryDesired,
  CONTAINER_NAMES,
  GATE_NAMES,
  NETWORK_NAMES,
  VOLUME_NAMES,
} from '../support/arbitrary-desired.ts';
import {
  container,
  gateFiles,
  network,
  NOW,
  observedContainer,
  observedImage,
  observedNetwork,
  observedVolume,
  planningInput,
  volume,
} from '../support/planning.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { PlanCache } from '../../src/plan/plan-cache.ts';
import { holds } from './runs.ts';
import { planProblems } from './simulation.ts';

const STATES: readonly ContainerState[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

const seen = fc.record({
  name: fc.constantFrom(...CONTAINER_NAMES, 'orphan'),
  suffix: fc.constantFrom('', '.next', '.old-aaaaaaaaaaaa', '-copy'),
  state: fc.constantFrom(...STATES),
  health: fc.constantFrom('none' as const, 'starting' as const, 'healthy' as const, 'unhealthy' as const),
  owner: fc.constantFrom('wanted', 'other spec', 'other instance', 'nobody'),
  replaces: fc.option(fc.nat(5), { nil: undefined }),
  age: fc.nat(100_000),
  exitCode: fc.constantFrom(0, 1, 137),
  drifted: fc.boolean(),
});

const world = fc.record({
  desired: arbitraryDesired,
  containers: fc.array(seen, { maxLength: 6 }),
  networks: fc.array(fc.record({ name: fc.constantFrom(...NETWORK_NAMES, 'orphaned'), owned: fc.boolean() }), {
    maxLength: 4,
  }),
  volumes: fc.uniqueArray(fc.record({ name: fc.constantFrom(...VOLUME_NAMES, 'orphaned'), owned: fc.boolean() }), {
    maxLength: 3,
    selector: ({ name }) => name,
  }),
  open: fc.subarray([...GATE_NAMES]),
  held: fc.subarray(['all', 'Container.web', 'Network.front', 'Volume.data']),
  busy: fc.subarray([...CONTAINER_NAMES]),
  knows: fc.boolean(),
  remembered: fc.constantFrom('nothing', 'rolled back', 'backing off', 'given up', 'replaced often'),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Worlds that no engine ever showed, too: names twice, replacements in a circle, states that contradict each other. */
function inputOf(drawn: World): PlanningInput {
  const { desired } = drawn;
  const ids = drawn.containers.map((_, index) => String(index).repeat(64));
  const containers = drawn.containers.map((one, index): ObservedContainer => {
    const wanted = desired.resources.find(({ key }) => key === `Container/${one.name}`);
    const of = wanted?.kind === 'Container' && one.owner === 'wanted' ? wanted : container(one.name, { user: 'other' });
    const replaces = one.replaces === undefined ? undefined : ids[one.replaces];
    const { owner, ...parts } = observedContainer(of, replaces === undefined ? {} : { replaces });
    const shown = owner && one.owner === 'other instance' ? { ...owner, instance: 'elsewhere' } : owner;
    return {
      ...parts,
      ...(shown === undefined || one.owner === 'nobody' ? {} : { owner: shown }),
      id: ids[index] ?? '',
      name: `${one.name}${one.suffix}`,
      state: one.state,
      health: one.health,
      exitCode: one.exitCode,
      startedAt: NOW - one.age,
      fields: one.drifted ? { ...parts.fields, 'networks.bridge': 'attached', cpus: 1 } : parts.fields,
    };
  });
  const observed: Partial<Observed> = {
    containers,
    networks: drawn.networks.map(({ name, owned }, index) => {
      const { owner, ...shown } = observedNetwork(network(name, index % 2 === 0 ? { internal: true } : {}));
      return { ...shown, id: `net-${index}`, ...(owned && owner ? { owner } : {}) };
    }),
    volumes: drawn.volumes.map(({ name, owned }) => {
      const { owner, ...shown } = observedVolume(volume(name, name === 'data' ? { labels: { tier: 'slow' } } : {}));
      return { ...shown, ...(owned && owner ? { owner } : {}) };
    }),
    images: { 'good:1': observedImage(), 'good:2': observedImage({}, '2') },
  };
  return planningInput([], observed, {
    desired,
    gates: gateFiles(drawn.open, { holds: new Set(drawn.held) }),
    memory: { ...memoryOf(drawn.remembered, desired), wanted: drawn.knows ? EVER_WANTED : {} },
    busy: new Set(drawn.busy.map((name) => `Container/${name}` as const)),
  });
}

/** Everything but the orphaned volume. */
const EVER_WANTED: Memory['wanted'] = Object.fromEntries(
  [
    ...[...CONTAINER_NAMES, 'orphan'].map((name) => `Container/${name}`),
    ...[...NETWORK_NAMES, 'orphaned'].map((name) => `Network/${name}`),
    ...VOLUME_NAMES.map((name) => `Volume/${name}`),
  ].map((key) => [key, 'home']),
);

function memoryOf(kind: World['remembered'], desired: DesiredState): Memory {
  const entries = <T>(make: (hash: string) => T): Record<string, T> =>
    Object.fromEntries(desired.resources.map(({ key, hash }) => [key, make(hash)]));
  const error = { code: 'ENGINE_FAULT', message: 'it failed' };
  switch (kind) {
    case 'nothing':
      return EMPTY_MEMORY;
    case 'rolled back':
      return { ...EMPTY_MEMORY, rolledBack: entries((specHash) => ({ specHash, reason: 'it exited', at: NOW })) };
    case 'replaced often':
      return { ...EMPTY_MEMORY, replacements: entries((specHash) => ({ specHash, at: [NOW - 3, NOW - 2, NOW - 1] })) };
    default: {
      const terminal = kind === 'given up';
      const backoff = (specHash: string) => ({ specHash, failures: 2, notBefore: NOW + 5_000, error, terminal });
      return { ...EMPTY_MEMORY, backoffs: entries(backoff) };
    }
  }
}

describe('plans', () => {
  it('are made for any world, deterministic, in an order that can be, and touch nothing held or foreign', async function () {
    this.timeout(300_000);
    const cache = new PlanCache();
    await holds(world, 4000, (drawn) => {
      const input = inputOf(drawn);
      const plan = buildPlan(input, cache);
      expect(planProblems(input, plan)).to.deep.equal([]);
      for (const step of plan.steps) {
        if (drawn.held.includes('all')) expect(step.blockedBy.length).to.be.greaterThan(0);
        const isKnown =
          input.memory.wanted[step.target] !== undefined ||
          input.desired.resources.some(({ key }) => key === step.target);
        if (!isKnown) expect(step.blockedBy, `${step.id} ends what was never wanted`).not.to.deep.equal([]);
        if (step.op !== 'RemoveContainer') continue;
        const target = input.observed.containers.find(({ id }) => id === step.args.container);
        const isForeign = target !== undefined && target.owner?.instance !== input.desired.instance;
        const replaced = input.observed.containers.some(({ owner }) => owner?.replaces === step.args.container);
        if (isForeign) expect(replaced, `${step.id} removes what is not ours`).to.equal(true);
      }
      return Promise.resolve();
    });
  });
});
