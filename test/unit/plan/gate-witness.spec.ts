import { expect } from 'chai';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { buildPlan, gateWitnesses } from '../../../src/plan/build-plan.ts';
import { container, desiredState, gate, gateFiles, NOW, planningInput } from '../../support/planning.ts';

describe('a gate that comes to be revalidated', () => {
  it('stays closed when what it stands for changed since its file was made, also while nobody asked', () => {
    const revalidated = [gate('stable', [], { revalidate: 'onChange' }), container('web', {}, ['Gate/stable'])];
    const meanwhile = [gate('stable', ['Container/db'], { revalidate: 'never' }), container('db')];
    const remember = (memory: Memory, resources: readonly Resource[], now: number): Memory => ({
      ...memory,
      gateWitness: gateWitnesses({ desired: desiredState(resources), memory, now }),
    });
    let memory = remember(EMPTY_MEMORY, revalidated, NOW - 9_000);
    memory = remember(memory, meanwhile, NOW - 6_000);
    // The file was made for what the gate stood for meanwhile.
    const file = { name: 'stable.ok', modifiedAt: NOW - 3_000 };
    memory = remember(memory, revalidated, NOW);
    const gates = gateFiles([], { open: { stable: file } });
    const { steps } = buildPlan(planningInput(revalidated, {}, { memory, gates }));
    expect(steps.map(({ blockedBy }) => blockedBy.map(({ name }) => name))).to.deep.equal([
      ['Gate/stable'],
      ['Gate/stable'],
    ]);
  });
});
