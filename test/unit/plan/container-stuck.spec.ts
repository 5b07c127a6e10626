import { container, id, network, observedContainer, observedNetwork, planningInput } from '../../support/planning.ts';
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

  it('is not reconnected again and again when it ended and was connected while it was stopped', () => {
    const front = network('front');
    const job = container('job', { runPolicy: 'once', networks: { front: { aliases: [] } } }, ['Network/front']);
    const ended = observedContainer(job, { id: id('b'), state: 'exited', networkIds: { front: '' } });
    expectPlan(
      planningInput([front, job], { networks: [observedNetwork(front)], containers: [ended] }),
      'nothing to do',
    );
  });
});
