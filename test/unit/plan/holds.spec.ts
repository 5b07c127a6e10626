import {
  container,
  desiredState,
  gate,
  gateFiles,
  network,
  observedContainer,
  observedNetwork,
  observedVolume,
  planningInput,
  volume,
} from '../../support/planning.ts';
import { expect } from 'chai';
import { buildPlan } from '../../../src/plan/build-plan.ts';

describe('a hold on a container', () => {
  const web = container('web', {
    networks: { front: { aliases: [] } },
    volumes: [{ type: 'volume', source: 'data', target: '/data', read_only: false }],
  });
  const live = observedContainer(web);
  const gates = gateFiles([], { holds: new Set(['Container.web']) });

  it('holds the replacement of a network that it is a member of', () => {
    const front = network('front', { internal: true });
    const observed = { networks: [observedNetwork(network('front'))], containers: [live] };
    const { steps } = buildPlan(planningInput([front, web], observed, { gates }));
    expect(steps.map(({ op }) => op)).to.include('DisconnectNetwork');
    for (const { blockedBy } of steps) expect(blockedBy.map(({ name }) => name)).to.deep.equal(['hold/Container.web']);
  });

  it('holds the replacement of a volume that it uses', () => {
    const data = volume('data', { labels: { tier: 'fast' } });
    const observed = { volumes: [observedVolume(volume('data'))], containers: [live] };
    const { steps } = buildPlan(planningInput([data, web], observed, { gates }));
    expect(steps.map(({ op }) => op)).to.include('RemoveContainer');
    for (const step of steps.filter(({ target }) => target === 'Volume/data'))
      expect(step.blockedBy.map(({ name }) => name)).to.include('hold/Container.web');
  });
});

describe('a volume that must be replaced', () => {
  const data = volume('data', { labels: { tier: 'fast' } });
  const mount = { type: 'volume', source: 'data', target: '/data', read_only: false } as const;
  const web = container('web', { volumes: [mount] }, ['Gate/stable', 'Volume/data']);
  const observed = { volumes: [observedVolume(volume('data'))], containers: [observedContainer(web)] };

  it('is left alone while a container that uses it waits behind a closed gate', () => {
    const plan = buildPlan(planningInput([data, gate('stable'), web], observed));
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conditions.find(({ key }) => key === 'Volume/data')?.message).to.contain('waits behind Gate/stable');
  });

  it('is left alone while the manifest of a container that uses it may be in a broken file', () => {
    const plan = buildPlan(planningInput([data], observed, { desired: desiredState([data], { complete: false }) }));
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conditions[0]?.message).to.contain('web uses it');
  });
});
