import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadDesiredState } from '../../../src/desired/load.ts';
import type { Key } from '../../../src/model/key.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { runnableSteps } from '../../../src/runtime/components.ts';
import { gateFiles, planningInput } from '../../support/planning.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The first plan of each desired state that comes with bastion, on an engine and a host with nothing on them. */
for (const name of ['demo/desired-state', 'desired-state'])
  describe(`the first plan of ${name}`, function () {
    this.timeout(30_000);
    let desired: DesiredState;
    before(async () => (desired = await loadDesiredState({ directory: `${ROOT}${name}`, root: '/scratch' })));

    const plan = (...open: string[]): Plan =>
      buildPlan({ ...planningInput([], { images: {} }), desired, gates: gateFiles(open) });
    const targets = (steps: Plan['steps']): Set<Key> => new Set(steps.map(({ target }) => target));

    it('does nothing at all before the first gate is opened, and asks for that one alone', () => {
      const { steps, conditions } = plan();
      expect(steps.length).to.be.greaterThan(20);
      expect(runnableSteps(steps)).to.deep.equal([]);
      const waiting = conditions.filter(({ reason }) => reason === 'AwaitingHuman').map(({ key }) => key);
      expect(waiting).to.deep.equal(['Gate/preconditions']);
    });

    it('begins with networks and directories behind it, and touches nothing behind the next one', () => {
      const { steps } = plan('preconditions');
      const begun = targets(runnableSteps(steps));
      for (const kind of ['Network', 'Directory'])
        expect([...begun].filter((key) => key.startsWith(`${kind}/`)).length, kind).to.be.greaterThan(0);
      const held = steps.filter(({ blockedBy }) => blockedBy.some(({ name: gate }) => gate === 'Gate/metrics-visible'));
      expect(held.length).to.be.greaterThan(5);
      for (const { target } of held) expect([...begun]).not.to.include(target);
    });

    it('makes every container that is written or rendered, once, and removes nothing', () => {
      const { steps, consents } = plan('preconditions', 'metrics-visible', 'dashboards-visible');
      const wanted = desired.resources.filter(({ kind }) => kind === 'Container').map(({ key }) => key);
      const made = steps.filter(({ op }) => op === 'CreateContainer').map(({ target }) => target);
      expect(made.sort()).to.deep.equal(wanted.sort());
      expect(steps.filter(({ risk }) => risk === 'destructive')).to.deep.equal([]);
      expect(consents).to.deep.equal([]);
    });

    it('keeps to the prefix of the host that it was given', () => {
      const paths = plan('preconditions').steps.flatMap((step) =>
        step.op === 'CreateDirectory' || step.op === 'WriteFile' ? [step.args.spec.path] : [],
      );
      expect(paths.length).to.be.greaterThan(8);
      for (const path of paths) expect(path).to.match(/^\/scratch\//);
    });
  });
