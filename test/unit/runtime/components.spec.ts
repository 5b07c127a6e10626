import { expect } from 'chai';
import fc from 'fast-check';
import { connectedComponents, runnableSteps } from '../../../src/runtime/components.ts';
import { startStep } from './steps-for-tests.ts';

const ids = (steps: readonly { id: string }[]): string[] => steps.map(({ id }) => id);

describe('components', () => {
  it('leaves out blocked steps and all that comes after them', () => {
    const steps = [
      startStep('#1', 'Container/a', { blockedBy: [{ type: 'gate', name: 'Gate/g' }] }),
      startStep('#2', 'Container/a', { after: ['#1'] }),
      startStep('#3', 'Container/b'),
      startStep('#4', 'Container/c', { after: ['#2', '#3'] }),
    ];
    expect(ids(runnableSteps(steps))).to.deep.equal(['#3']);
  });

  it('keeps together what shares an edge or a target, in the order of the plan', () => {
    const steps = [
      startStep('#1', 'Container/a'),
      startStep('#2', 'Container/b'),
      startStep('#3', 'Container/a'),
      startStep('#4', 'Container/c', { after: ['#2'] }),
    ];
    expect(connectedComponents(steps).map(ids)).to.deep.equal([
      ['#1', '#3'],
      ['#2', '#4'],
    ]);
  });

  it('splits any plan into parts without an edge or a target between them, and loses none', () => {
    const plan = fc.array(fc.tuple(fc.nat(9), fc.array(fc.nat(30), { maxLength: 3 })), { maxLength: 30 }).map((rows) =>
      rows.map(([target, after], index) =>
        startStep(`#${index}`, `Container/${target}`, {
          after: after.filter((before) => before < index).map((before) => `#${before}`),
        }),
      ),
    );
    fc.assert(
      fc.property(plan, (steps) => {
        const parts = connectedComponents(steps);
        const home = new Map(parts.flatMap((part, index) => part.map((step) => [step.id, index] as const)));
        const targets = new Map<string, number>();
        expect(home.size).to.equal(steps.length);
        for (const step of steps) {
          const part = home.get(step.id) ?? -1;
          for (const before of step.after) expect(home.get(before)).to.equal(part);
          expect(targets.get(step.target) ?? part).to.equal(part);
          targets.set(step.target, part);
        }
      }),
    );
  });
});
