import { expect } from 'chai';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { expectPlan } from '../../support/plan-text.ts';
import { container, directory, image, observedContainer, planningInput } from '../../support/planning.ts';
import { startRefusal } from '../../../src/runtime/start-guard.ts';

describe('planning what lies on a file system that does not answer', () => {
  const data = directory('data');
  const mount = { type: 'bind', source: '/srv/data', target: '/data', read_only: false } as const;
  const db = container('db', { volumes: [mount] }, [data.key, 'Image/app:1']);
  const web = container('web', {}, ['Image/app:1']);
  const reason = '/srv/data: the file system at /srv (nfs4) does not answer';
  const silent = { [data.key]: reason, [db.key]: reason };

  it('starts, replaces and changes nothing there, says why, and goes on with the rest', () => {
    for (const containers of [[], [observedContainer(db, { state: 'exited' })]]) {
      const input = planningInput([data, db, web, image('app:1')], { silent, containers });
      expectPlan(
        input,
        `
        #1 CreateContainer Container/web: missing
        #2 StartContainer Container/web: missing (after #1)`,
      );
      const conditions = buildPlan(input).conditions.filter(({ key }) => key === db.key || key === data.key);
      expect(conditions.map(({ type, reason: name }) => `${type} ${name}`)).to.deep.equal([
        'Degraded NotAnswering',
        'Degraded NotAnswering',
      ]);
      expect(conditions[0]?.message).to.contain(reason).and.contain('left exactly as it is');
    }
  });

  it('keeps a step from beginning that was planned before', () => {
    const input = planningInput([data, db, web, image('app:1')], {});
    const step = buildPlan(input).steps.find(({ op, target }) => op === 'CreateContainer' && target === db.key);
    if (step === undefined) throw new Error('nothing is planned');
    const { conditions } = buildPlan(planningInput([data, db, web, image('app:1')], { silent }));
    const { desired, gates, memory, now } = input;
    const intent = { specHash: db.hash, attempt: db.attempt, touches: [], consents: [] };
    const refusal = (held: typeof conditions) =>
      startRefusal(step, intent, false, { desired, gates, memory, now, conditions: held });
    expect(refusal([])).to.equal(undefined);
    expect(refusal(conditions)).to.contain('does not answer');
  });
});
