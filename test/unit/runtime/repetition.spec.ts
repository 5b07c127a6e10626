import { expect } from 'chai';
import { Repetition } from '../../../src/runtime/repetition.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { container, planningInput } from '../../support/planning.ts';

describe('steps that change nothing', () => {
  const { steps } = buildPlan(planningInput([container('web')]));

  it('are stopped after five times in a row', () => {
    const repetition = new Repetition();
    const stuck = Array.from({ length: 6 }, () => repetition.isStuck('Container/web', steps));
    expect(stuck).to.deep.equal([false, false, false, false, false, true]);
  });

  it('are counted from the beginning after a failure, which has a backoff of its own', () => {
    const repetition = new Repetition();
    for (let time = 0; time < 5; time += 1) repetition.isStuck('Container/web', steps);
    repetition.forget('Container/web');
    expect(repetition.isStuck('Container/web', steps)).to.equal(false);
  });
});
