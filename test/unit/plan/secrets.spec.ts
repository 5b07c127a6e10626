import { expect } from 'chai';
import type { ObservedPath } from '../../../src/model/observed.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { observedPath, secret } from '../../support/certificate-planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import { planningInput } from '../../support/planning.ts';

describe('planning a secret', () => {
  const plain = secret('token', { owner: 'root' });
  const house = (of: typeof plain, path?: ObservedPath): PlanningInput =>
    planningInput([of], { paths: path === undefined ? {} : { [of.spec.path]: path } });

  it('makes one once if asked to, and never again', () => {
    const generated = secret('token', { generate: { length: 32, alphabet: 'ab' } });
    expectPlan(house(generated), '#1 GenerateSecret Secret/token: missing');
    expectPlan(house(generated, observedPath('file', 0o400)), 'nothing to do');
    expectPlan(house(generated, observedPath('file', 0o400, { isEmpty: true })), 'nothing to do');
  });

  it('waits for the human where it is missing, with the command', () => {
    expectPlan(house(plain), 'nothing to do');
    expect(buildPlan(house(plain)).conditions[0]?.message).to.contain(
      'install -D -m 0400 -o root /dev/stdin /srv/token',
    );
    expectConditions(house(plain), 'Secret/token Blocked AwaitingSecret');
  });

  it('heals owner and mode', () => {
    expectPlan(
      house(plain, observedPath('file', 0o644, { uid: 7 })),
      `
      #1 SetOwnership Secret/token: drift
           owner: want root, got 7
           mode: want 0400, got 0644
      `,
    );
  });

  it('says what cannot be a secret', () => {
    expectConditions(house(plain, observedPath('file', 0o400, { isEmpty: true })), 'Secret/token Degraded Empty');
    expectConditions(house(plain, observedPath('symlink')), 'Secret/token Stalled NotAFile');
    expectConditions(house(plain, observedPath('unreadable')), 'Secret/token Degraded Unreadable');
  });
});
