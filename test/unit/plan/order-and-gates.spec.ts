import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { buildPlan, gateWitnesses } from '../../../src/plan/build-plan.ts';
import {
  container,
  gate,
  gateFiles,
  image,
  network,
  NOW,
  observedContainer,
  observedNetwork,
  planningInput,
  desiredState,
} from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

describe('order, gates and holds', () => {
  const front = network('front');
  const app = image('app:1');
  const db = container('db', {}, [app.key]);
  const web = container('web', { networks: { front: { aliases: [] } } }, [app.key, front.key, db.key]);

  it('puts each step after what it needs', () => {
    expectPlan(
      planningInput([web, db, front, app], { images: {} }),
      `
      #1 PullImage Image/app:1: missing
      #2 CreateContainer Container/db: missing (after #1)
      #3 StartContainer Container/db: missing (after #2)
      #4 CreateNetwork Network/front: missing
      #5 CreateContainer Container/web: missing (after #3, #1, #4)
      #6 StartContainer Container/web: missing (after #5)`,
    );
  });

  it('waits for the health of a dependency instead of starting blindly', () => {
    const checked = container('db', { healthcheck: { test: ['CMD', 'true'] } }, [app.key]);
    const input = planningInput([web, checked, front, app], { networks: [observedNetwork(front)] });
    expectPlan(
      input,
      `
      #1 CreateContainer Container/db: missing
      #2 StartContainer Container/db: missing (after #1)
      #3 CreateContainer Container/web: missing [blocked by Container/db]
      #4 StartContainer Container/web: missing (after #3) [blocked by Container/db]`,
    );
    expectConditions(
      input,
      `
      Container/db Progressing Missing
      Container/web Blocked DependencyNotReady
      Image/app:1 Ready Present
      Network/front Ready Present`,
    );
  });

  it('heals what already was as wanted, whatever its neighbours do', () => {
    const baseline = { containerId: 'x', engineVersion: '20.10.24', specHash: web.hash, fields: {}, faults: {} };
    const memory = { ...EMPTY_MEMORY, baselines: { 'Container/web': baseline } };
    expectPlan(
      planningInput(
        [web, db, front, app],
        { networks: [observedNetwork(front)], containers: [observedContainer(db, { health: 'unhealthy' })] },
        { memory },
      ),
      `
      #1 CreateContainer Container/web: drift
           state: want running, got missing
      #2 StartContainer Container/web: drift (after #1)`,
    );
  });

  const safe = gate('safe', [db.key]);
  const behind = container('web', {}, [app.key, safe.key]);
  const beyond = container('far', {}, [app.key, behind.key]);

  it('holds everything behind a closed gate, however far, and only that', () => {
    const input = planningInput([db, app, safe, behind, beyond]);
    expectPlan(
      input,
      `
      #1 CreateContainer Container/db: missing
      #2 StartContainer Container/db: missing (after #1)
      #3 CreateContainer Container/web: missing [blocked by Gate/safe]
      #4 StartContainer Container/web: missing (after #3) [blocked by Gate/safe]
      #5 CreateContainer Container/far: missing [blocked by Gate/safe, Container/web]
      #6 StartContainer Container/far: missing (after #5) [blocked by Gate/safe, Container/web]`,
    );
    expectConditions(
      input,
      `
      Container/db Progressing Missing
      Container/far Blocked BehindGate
      Container/web Blocked BehindGate
      Gate/safe Blocked DependenciesNotReady
      Image/app:1 Ready Present`,
    );
  });

  it("makes it the human's turn once all before it is Ready, with the exact command", () => {
    const plan = buildPlan(planningInput([db, app, safe, behind], { containers: [observedContainer(db)] }));
    const condition = plan.conditions.find((candidate) => candidate.key === 'Gate/safe');
    expect(condition).to.include({
      type: 'Blocked',
      reason: 'AwaitingHuman',
      message: 'waits for a human: touch /etc/bastion/gates/safe.ok',
    });
  });

  it('lets everything through once a human opened it', () => {
    expectPlan(
      planningInput([db, app, safe, behind], { containers: [observedContainer(db)] }, { gates: gateFiles(['safe']) }),
      `
      #1 CreateContainer Container/web: missing
      #2 StartContainer Container/web: missing (after #1)`,
    );
  });

  it('runs nothing behind a gate that was closed again, and removes nothing', () => {
    const input = planningInput([db, app, safe, behind], {
      containers: [observedContainer(db), observedContainer(behind, { state: 'exited' })],
    });
    expectPlan(
      input,
      `
      #1 StartContainer Container/web aaaaaaaaaaaa: drift [blocked by Gate/safe]
           state: want running, got exited`,
    );
  });

  it('keeps every gate closed when the directory cannot be read, or the file does not count', () => {
    const unreadable = gateFiles(['safe'], { error: 'cannot read /etc/bastion/gates' });
    expectConditions(
      planningInput([safe, db, app], { containers: [observedContainer(db)] }, { gates: unreadable }),
      `
      Container/db Ready Running
      Gate/safe Blocked Unreadable
      Image/app:1 Ready Present`,
    );
    const refused = gateFiles([], { refused: { safe: 'it is a symlink' } });
    expectConditions(
      planningInput([safe, db, app], { containers: [observedContainer(db)] }, { gates: refused }),
      `
      Container/db Ready Running
      Gate/safe Blocked FileRefused
      Image/app:1 Ready Present`,
    );
  });

  it('closes a revalidating gate when what it depends on changes, until the file is newer', () => {
    const strict = gate('safe', [db.key], { revalidate: 'onChange' });
    const state = desiredState([db, app, strict]);
    const before = gateWitnesses({ desired: state, memory: EMPTY_MEMORY, now: NOW - 5000 });
    const memory = { ...EMPTY_MEMORY, gateWitness: before };
    const gates = gateFiles(['safe']);
    const containers = [observedContainer(db)];
    expect(buildPlan(planningInput([db, app, strict], { containers }, { memory, gates })).conditions[1]).to.include({
      type: 'Ready',
      reason: 'Open',
    });
    const changed = container('db', { environment: { V: '2' } }, [app.key]);
    const after = planningInput(
      [changed, app, strict],
      { containers: [observedContainer(changed)] },
      { memory, gates, now: NOW + 1000 },
    );
    expect(buildPlan(after).conditions[1]).to.include({ type: 'Blocked', reason: 'SpecChanged' });
    const remembered = { ...memory, gateWitness: gateWitnesses(after) };
    const touched = gateFiles([], { open: { safe: { name: 'safe.ok', modifiedAt: NOW + 2000 } } });
    expect(buildPlan({ ...after, memory: remembered, gates: touched, now: NOW + 3000 }).conditions[1]).to.include({
      type: 'Ready',
    });
  });

  it('says which file to remove to go on, where the hold directory really is', () => {
    const gates = gateFiles([], { holds: new Set(['all']), holdDirectory: '/h' });
    const plan = buildPlan(planningInput([container('db')], {}, { gates }));
    expect(plan.conditions.map(({ message }) => message).join()).to.include('rm /h/all');
  });

  it('leaves alone what a human put on hold, and says so', () => {
    const input = planningInput(
      [db, app],
      { containers: [observedContainer(db, { state: 'exited' })] },
      { gates: gateFiles([], { holds: new Set(['Container.db']) }) },
    );
    expectPlan(
      input,
      `
      #1 StartContainer Container/db aaaaaaaaaaaa: drift [blocked by hold/Container.db]
           state: want running, got exited`,
    );
    expectConditions(
      input,
      `
      Container/db Blocked Held
      Container/db Degraded NotRunning
      Image/app:1 Ready Present`,
    );
  });

  it('waits out a backoff and wakes when it ends', () => {
    const error = { code: 'IMAGE_UNAVAILABLE', message: 'no registry' };
    const memory = {
      ...EMPTY_MEMORY,
      backoffs: {
        'Image/app:1': { specHash: app.attempt, failures: 2, notBefore: NOW + 4000, error, terminal: false },
      },
    } as const;
    const input = planningInput([app, db], { images: {} }, { memory });
    expectPlan(
      input,
      `
      #1 PullImage Image/app:1: missing [blocked by IMAGE_UNAVAILABLE]
      #2 CreateContainer Container/db: missing [blocked by Image/app:1]
      #3 StartContainer Container/db: missing (after #2) [blocked by Image/app:1]`,
    );
    expectConditions(
      input,
      `
      Container/db Blocked DependencyNotReady
      Image/app:1 Degraded ImageUnavailable`,
    );
    expect(buildPlan(input).wakeAt).to.equal(NOW + 4000);
  });

  it('says one thing of each type: the failure rather than what it led to', () => {
    const error = { code: 'CRASH_LOOP', message: 'it exits at once' };
    const backoff = { specHash: db.attempt, failures: 3, notBefore: NOW + 4000, error, terminal: false };
    expectConditions(
      planningInput(
        [app, db],
        { containers: [observedContainer(db, { state: 'exited' })] },
        { memory: { ...EMPTY_MEMORY, backoffs: { 'Container/db': backoff } } },
      ),
      `
      Container/db Degraded CrashLoop
      Image/app:1 Ready Present`,
    );
  });

  it('leaves a resource with steps in flight to those', () => {
    expectPlan(planningInput([db, app], {}, { busy: new Set([db.key]) }), 'nothing to do');
  });

  it('gives the same bytes for the same inputs in any order', () => {
    const resources = [web, db, front, app, safe, beyond];
    const one = buildPlan(planningInput(resources, { images: {} }));
    const other = buildPlan(planningInput([...resources].reverse(), { images: {} }));
    expect(JSON.stringify(other)).to.equal(JSON.stringify(one));
    expect(one.digest).to.match(/^[0-9a-f]{64}$/);
  });
});
