import { expect } from 'chai';
import type { Condition } from '../../../src/model/condition.ts';
import type { Key } from '../../../src/model/key.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { buildPlan, gateWitnesses } from '../../../src/plan/build-plan.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import {
  container,
  desiredState,
  file,
  gate,
  gateFiles,
  id,
  network,
  NOW,
  observedContainer,
  observedNetwork,
  planningInput,
  resource,
} from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

const OWNER: Key = 'Prometheus/prometheus';

/** Parts with a high-level resource that has them and waits for `before`. */
function stack(parts: readonly Resource[], before: readonly Key[] = []): Resource[] {
  const keys = parts.map(({ key }) => key).sort();
  return [
    resource('Prometheus', 'prometheus', { parts: keys }, [...keys, ...before]),
    ...parts.map((part) => ({ ...part, dependsOn: [...part.dependsOn, ...before].sort(), renderedFrom: OWNER })),
  ];
}

const NET = network('prometheus');
const SERVER = container('prometheus', { networks: { prometheus: { aliases: [] } } }, ['Network/prometheus']);
const RUNNING = {
  networks: [observedNetwork(NET)],
  containers: [observedContainer(SERVER, { networkIds: { prometheus: 'net-prometheus' } })],
};

function own(input: PlanningInput): Pick<Condition, 'type' | 'reason' | 'message'>[] {
  return buildPlan(input)
    .conditions.filter(({ key }) => key === OWNER)
    .map(({ type, reason, message }) => ({ type, reason, message }));
}

describe('a high-level resource', () => {
  it('is Ready once all its parts are, and has nothing to do itself', () => {
    const input = planningInput(stack([NET, SERVER]), RUNNING);
    expect(own(input)).to.deep.equal([{ type: 'Ready', reason: 'PartsReady', message: 'all 2 parts are ready' }]);
    expectPlan(input, 'nothing to do');
  });

  it('is Ready at once when it has no parts', () => {
    expect(own(planningInput(stack([])))).to.deep.equal([
      { type: 'Ready', reason: 'PartsReady', message: 'others are rendered with it; it has no parts of its own' },
    ]);
  });

  describe('that others serve', () => {
    const app = container('app');
    const traefik = resource('Traefik', 'traefik', { parts: [SERVER.key] }, [SERVER.key]);
    const service = resource(
      'MonitoredService',
      'app',
      { parts: [], servedBy: [app.key, 'Container/elsewhere', traefik.key] },
      [traefik.key, app.key],
    );
    const house = [NET, SERVER, traefik, app, service];
    const served = (input: PlanningInput): string[] =>
      buildPlan(input)
        .conditions.filter(({ key }) => key === service.key)
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    const runs = observedContainer(app, { id: id('b') });

    it('is Ready only once those are, and says which it waits for', () => {
      const proxy = observedContainer(SERVER, { networkIds: { prometheus: 'net-prometheus' } });
      expect(served(planningInput(house))).to.deep.equal([
        'Progressing AwaitingServer: waits for Container/app, Traefik/traefik, which serve it',
      ]);
      expect(served(planningInput(house, { ...RUNNING, containers: [proxy] }))).to.deep.equal([
        'Progressing AwaitingServer: waits for Container/app, which serves it',
      ]);
      expect(served(planningInput(house, { ...RUNNING, containers: [proxy, runs] }))).to.deep.equal([
        'Ready PartsReady: served by Container/app, Traefik/traefik',
      ]);
    });

    it('is blocked by what blocks them', () => {
      const behind = resource('Container', 'prometheus', SERVER.spec, [NET.key, 'Gate/go']);
      const waiting = [gate('go'), NET, behind, traefik, app, service];
      const input = planningInput(waiting, { networks: [observedNetwork(NET)], containers: [runs] });
      expect(served(input)).to.deep.equal(['Blocked BehindGate: waits behind Gate/go']);
    });

    it('makes it the human’s turn at a gate only then', () => {
      const seen = gate('seen', [service.key]);
      const input = planningInput([...house, seen], { ...RUNNING });
      expect(buildPlan(input).conditions.find(({ key }) => key === seen.key)?.reason).to.equal('DependenciesNotReady');
    });
  });

  it('progresses with its parts, and says which it waits for', () => {
    const input = planningInput(stack([NET, SERVER]), { networks: [observedNetwork(NET)] });
    expect(own(input)).to.deep.equal([
      { type: 'Progressing', reason: 'PartsNotReady', message: 'waits for Container/prometheus' },
    ]);
  });

  it('is blocked by what blocks all its parts, which is said once', () => {
    const input = planningInput([gate('go'), ...stack([NET, SERVER], ['Gate/go'])]);
    expect(own(input)).to.deep.equal([{ type: 'Blocked', reason: 'BehindGate', message: 'waits behind Gate/go' }]);
  });

  it('is blocked, and does not progress, while a part fails and nothing moves', () => {
    const failing = { ...SERVER, renderedFrom: OWNER } as const;
    const error = { code: 'ENGINE_GARBAGE', message: 'the engine answered nonsense' };
    const backoffs = {
      [SERVER.key]: { specHash: failing.attempt, failures: 2, notBefore: NOW + 9000, error, terminal: false },
    };
    const input = planningInput(
      stack([NET, SERVER]),
      { networks: [observedNetwork(NET)] },
      { memory: { ...EMPTY_MEMORY, backoffs } },
    );
    expect(own(input)).to.deep.equal([
      {
        type: 'Blocked',
        reason: 'PartsFailing',
        message: 'Container/prometheus: the engine answered nonsense (tried 2 times, will be tried again)',
      },
    ]);
  });

  it('stays Ready, and tells of it, when a part serves as it was before it failed', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { [SERVER.key]: { specHash: SERVER.attempt, reason: 'never became healthy', at: NOW } },
    };
    const old = observedContainer(SERVER, { networkIds: { prometheus: 'net-prometheus' } });
    const owner = old.owner === undefined ? {} : { owner: { ...old.owner, specHash: 'v1:before' } };
    const input = planningInput(stack([NET, SERVER]), { ...RUNNING, containers: [{ ...old, ...owner }] }, { memory });
    const [condition] = own(input);
    const [trouble] = buildPlan(input).conditions.filter(({ type }) => type === 'Degraded');
    expect(trouble?.key).to.equal(SERVER.key);
    expect(condition?.message).to.contain(`Container/prometheus: ${trouble?.message}`);
  });

  it('makes it the human’s turn at a gate only once all its parts are Ready', () => {
    const seen = gate('seen', [OWNER]);
    expectConditions(
      planningInput([seen, ...stack([NET, SERVER])], { networks: [observedNetwork(NET)] }),
      `
      Container/prometheus Progressing Missing
      Gate/seen Blocked DependenciesNotReady
      Network/prometheus Ready Present
      Prometheus/prometheus Progressing PartsNotReady
      `,
    );
    const ready = buildPlan(planningInput([seen, ...stack([NET, SERVER])], RUNNING)).conditions;
    expect(ready.find(({ key }) => key === 'Gate/seen')?.reason).to.equal('AwaitingHuman');
  });

  it('comes before what depends on it', () => {
    const late = container('late', {}, [OWNER]);
    const plan = buildPlan(planningInput([late, ...stack([NET, SERVER])], { networks: [observedNetwork(NET)] }));
    const held = plan.steps.filter(({ target }) => target === 'Container/late').flatMap(({ blockedBy }) => blockedBy);
    expect(held.map(({ name }) => name)).to.include(OWNER);
  });

  it('holds nobody back who was there already: order is for first starts', () => {
    const config = file('config', {}, [OWNER]);
    const late = container('late', {}, [OWNER]);
    const memory = {
      ...EMPTY_MEMORY,
      baselines: {
        [late.key]: { containerId: 'x', engineVersion: '1', specHash: late.hash, fields: {}, faults: {} },
      },
    };
    const path = { type: 'file', uid: 0, gid: 0, mode: 0o644, modifiedAt: 0, digest: 'other' } as const;
    const plan = buildPlan(
      planningInput([config, late, ...stack([NET, SERVER])], { paths: { [config.spec.path]: path } }, { memory }),
    );
    for (const key of [config.key, late.key])
      expect(
        plan.steps.filter(({ target }) => target === key).map(({ op, blockedBy }) => `${op} ${blockedBy.length}`),
        key,
      ).to.include(key === config.key ? 'WriteFile 0' : 'CreateContainer 0');
  });

  it('is left alone with all its parts by one hold', () => {
    const gates = gateFiles([], { holds: new Set(['Prometheus.prometheus']) });
    const input = planningInput(stack([NET, SERVER]), {}, { gates });
    for (const { target, blockedBy } of buildPlan(input).steps)
      expect(blockedBy, target).to.deep.include({ type: 'hold', name: 'hold/Prometheus.prometheus' });
    expectConditions(
      input,
      `
      Container/prometheus Blocked Held
      Network/prometheus Blocked Held
      Prometheus/prometheus Blocked Held
      `,
    );
  });

  it('is held together with nothing else', () => {
    const other = network('other');
    const gates = gateFiles([], { holds: new Set(['Prometheus.prometheus']) });
    const input = planningInput([other, ...stack([NET])], {}, { gates });
    const free = buildPlan(input).steps.filter(({ blockedBy }) => blockedBy.length === 0);
    expect(free.map(({ target }) => target)).to.deep.equal(['Network/other']);
  });

  it('counts as changed for a gate that is revalidated when a part changes', () => {
    const seen = gate('seen', [OWNER], { revalidate: 'onChange' });
    const before = desiredState([seen, ...stack([NET, SERVER])]);
    const gateWitness = gateWitnesses({ desired: before, memory: EMPTY_MEMORY, now: NOW - 1000 });
    const memory = { ...EMPTY_MEMORY, gateWitness };
    const reasonIn = (desired: typeof before) =>
      buildPlan(planningInput([], RUNNING, { desired, memory, gates: gateFiles(['seen']) })).conditions.find(
        ({ key }) => key === 'Gate/seen',
      )?.reason;
    expect(reasonIn(before)).to.equal('Open');
    // Closed again, and not yet the human's turn.
    const changed = container('prometheus', { ...SERVER.spec, mem_limit: 1 << 20 }, SERVER.dependsOn);
    expect(reasonIn(desiredState([seen, ...stack([NET, changed])]))).to.equal('DependenciesNotReady');
  });
});
