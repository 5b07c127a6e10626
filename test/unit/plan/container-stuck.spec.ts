import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import {
  container,
  foreignContainer,
  id,
  network,
  NOW,
  observedContainer,
  observedNetwork,
  planningInput,
} from '../../support/planning.ts';
import { expectPlan } from '../../support/plan-text.ts';

/** Situations that simulated histories came to and that the planner once could not get out of. */
describe('a container in an odd place', () => {
  const web = container('web', { environment: { V: '2' } });
  const old = container('web', { environment: { V: '1' } });

  it('is replaced although it has the name that its replacement is to be made under', () => {
    expectPlan(
      planningInput([web], { containers: [observedContainer(old, { name: 'web.next', state: 'exited' })] }),
      `
      #1 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: spec changed
      #2 CreateContainer Container/web as web.next: spec changed (after #1)
           environment.V: want 2, got 1
      #3 RenameContainer Container/web web.next to web: spec changed (after #2)
      #4 StartContainer Container/web: spec changed (after #3)`,
    );
  });

  it('is started again as the previous one although the wanted spec failed for good', () => {
    const previous = observedContainer(old, { name: `web.old-${id('a').slice(0, 12)}`, state: 'exited' });
    const error = { code: 'ENGINE_BAD_REQUEST', message: 'no such file' };
    const failure = { specHash: web.attempt, failures: 1, notBefore: NOW - 1, error, terminal: true };
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { [web.key]: { specHash: web.attempt, reason: 'it could not be started', at: NOW - 1 } },
      backoffs: { [web.key]: failure },
    };
    const observed = { containers: [previous] };
    expectPlan(
      planningInput([web], observed, { memory }),
      `
      #1 RenameContainer Container/web aaaaaaaaaaaa to web: drift
           name: want web, got web.old-aaaaaaaaaaaa
      #2 StartContainer Container/web aaaaaaaaaaaa: drift (after #1)
           state: want running, got exited`,
    );
    const later = { ...memory, backoffs: { [web.key]: { ...failure, notBefore: NOW + 500 } } };
    const plan = buildPlan(planningInput([web], observed, { memory: later }));
    expect(plan.steps[0]?.blockedBy.map(({ type }) => type)).to.deep.equal(['backoff']);
    expect(plan.wakeAt).to.equal(NOW + 500);
  });

  it('goes on after somebody paused what is to replace it', () => {
    const previous = observedContainer(old, { name: `web.old-${id('a').slice(0, 12)}`, state: 'exited' });
    const paused = observedContainer(web, { id: id('b'), state: 'paused', replaces: previous.id });
    expectPlan(
      planningInput([web], { containers: [previous, paused] }),
      '#1 UnpauseContainer Container/web bbbbbbbbbbbb: replaces aaaaaaaaaaaa',
    );
  });

  it('takes its name from a duplicate once that is removed', () => {
    const renamed = observedContainer(web, { name: 'renamed', state: 'exited' });
    const duplicate = observedContainer(old, { id: id('b') });
    expectPlan(
      planningInput([web], { containers: [renamed, duplicate] }),
      `
      #1 RemoveContainer Container/web bbbbbbbbbbbb: duplicate of ours (web)
      #2 RenameContainer Container/web aaaaaaaaaaaa to web: drift (after #1)
           name: want web, got renamed
      #3 StartContainer Container/web aaaaaaaaaaaa: drift (after #2)
           state: want running, got exited`,
    );
  });

  it('is not tried again and again when its replacement after a drift, or an adoption, was rolled back', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { [web.key]: { specHash: web.attempt, reason: 'it exited', at: NOW } },
    };
    const live = observedContainer(web);
    const drifted = { ...live, fields: { ...live.fields, 'environment.V': '3' } };
    const adopting = container('web', { environment: { V: '2' }, adopt: true });
    const plans = [
      buildPlan(planningInput([web], { containers: [drifted] }, { memory })),
      buildPlan(
        planningInput(
          [adopting],
          { containers: [foreignContainer('web')] },
          {
            memory: {
              ...memory,
              rolledBack: { [web.key]: { specHash: adopting.attempt, reason: 'it exited', at: NOW } },
            },
          },
        ),
      ),
    ];
    for (const { steps, conditions } of plans) {
      expect(steps).to.deep.equal([]);
      expect(conditions.map(({ reason }) => reason)).to.include('RolledBack');
    }
  });

  it('is not reconnected again and again when it ended and was connected while it was stopped', () => {
    const front = network('front');
    const job = container('job', { runPolicy: 'once', networks: { front: { aliases: [] } } }, ['Network/front']);
    const ended = observedContainer(job, { id: id('b'), state: 'exited', networkIds: { front: '' } });
    expectPlan(
      planningInput([front, job], { networks: [observedNetwork(front)], containers: [ended] }),
      'nothing to do',
    );
  });

  it('is not brought back into a network that is made anew while it leaves it', () => {
    const front = network('front');
    const member = observedContainer(container('web', { networks: { front: { aliases: [] } } }));
    const other = observedContainer(container('other', { networks: { front: { aliases: [] } } }), { id: id('b') });
    const wanted = container('web');
    const plan = buildPlan(
      planningInput([network('front', { internal: true }), wanted], {
        networks: [observedNetwork(front)],
        containers: [member, { ...other, owner: undefined }].map(({ owner, ...parts }) =>
          owner ? { ...parts, owner } : parts,
        ),
      }),
    );
    const connected = plan.steps.filter((step) => step.op === 'ConnectNetwork' && step.target === 'Network/front');
    expect(connected.map((step) => (step.op === 'ConnectNetwork' ? step.args.container : ''))).to.deep.equal([id('b')]);
  });
});
