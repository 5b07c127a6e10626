import { expect } from 'chai';
import type { Step } from '../../../src/model/step.ts';
import { baselineAfterApply } from '../../../src/plan/container/baseline.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { container, image, observedContainer, planningInput } from '../../support/planning.ts';

describe('the baseline of a container', () => {
  const app = image('app:1');
  const web = container('web', {}, [app.key]);
  const made = planningInput([web, app], {});
  const steps = buildPlan(made).steps.filter((step: Step) => step.target === web.key);
  const impostor = observedContainer(web, { fields: { ...observedContainer(web).fields, 'environment.BY': 'hand' } });
  const observed = planningInput([web, app], { containers: [impostor] }).observed;

  it('is taken of the container that our steps made, with what differs right then as faults', () => {
    const baseline = baselineAfterApply(web, observed, steps, undefined, impostor.id);
    expect(baseline?.containerId).to.equal(impostor.id);
    expect(baseline?.faults).to.deep.equal({ 'environment.BY': null });
  });

  it('is not taken of one with our labels that somebody put in its place, whose settings are drift', () => {
    expect(baselineAfterApply(web, observed, steps, undefined, 'another id')).to.equal(undefined);
    expect(baselineAfterApply(web, observed, steps, undefined, undefined)).to.equal(undefined);
    const plan = buildPlan(planningInput([web, app], { containers: [impostor] }));
    expect(plan.steps.flatMap(({ fields }) => fields.map(({ path }) => path))).to.include('environment.BY');
  });
});
