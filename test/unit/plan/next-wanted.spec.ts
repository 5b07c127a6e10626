import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { nextWanted } from '../../../src/plan/next-wanted.ts';
import {
  container,
  gate,
  network,
  observedContainer,
  observedNetwork,
  observedVolume,
  onceWanted,
  planningInput,
  volume,
} from '../../support/planning.ts';

describe('what a state directory knows to have been wanted', () => {
  const web = container('web');
  const front = network('front');
  const there = { containers: [observedContainer(web)] };

  it('is every container, network and volume of the desired state, under the name of the Bastion', () => {
    const input = planningInput([web, front, volume('data'), gate('ok')]);
    expect(nextWanted(input)).to.deep.equal({
      'Container/web': 'home',
      'Network/front': 'home',
      'Volume/data': 'home',
    });
  });

  it('stays while it is there, or while its steps run, and is forgotten when it is gone', () => {
    const memory = onceWanted('Container/web');
    const left = (parts: Partial<PlanningInput>, observed = {}): string[] =>
      Object.keys(nextWanted(planningInput([front], observed, { memory, ...parts })));
    expect(left({}, there)).to.include('Container/web');
    expect(left({ busy: new Set(['Container/web']) })).to.include('Container/web');
    expect(left({})).to.deep.equal(['Network/front']);
  });

  it('is the same object as long as nothing changes', () => {
    const memory = onceWanted('Container/web', 'Network/front');
    expect(nextWanted(planningInput([front], there, { memory }))).to.equal(memory.wanted);
  });

  it('has nothing that another installation made', () => {
    const owner = { instance: 'elsewhere', key: 'Volume/data' as const, specHash: 'v1:x' };
    const observed = { ...there, volumes: [observedVolume(volume('data'), { owner })] };
    expect(nextWanted(planningInput([front], observed))).to.deep.equal({ 'Network/front': 'home' });
  });

  it('begins with all that is ours and there, where an operator worked that kept no such record', () => {
    const owner = { instance: 'elsewhere', key: 'Volume/data' as const, specHash: 'v1:x' };
    const observed = {
      ...there,
      networks: [observedNetwork(network('back'))],
      volumes: [observedVolume(volume('data'), { owner })],
    };
    expect(nextWanted(planningInput([front], observed, { memory: EMPTY_MEMORY }), { claims: true })).to.deep.equal({
      'Container/web': 'home',
      'Network/back': 'home',
      'Network/front': 'home',
    });
  });
});
