import { expect } from 'chai';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import {
  container,
  desiredState,
  foreignContainer,
  gateFiles,
  id,
  network,
  observedContainer,
  observedImage,
  observedNetwork,
  observedVolume,
  onceWanted,
  planningInput,
  volume,
} from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

describe('networks, volumes and pruning', () => {
  const front = network('front');
  const web = container('web', { networks: { front: { aliases: ['www'] } } }, [front.key]);

  it('replaces a diverged network and brings its members back with their aliases', () => {
    const wanted = network('front', { internal: true });
    const guest = foreignContainer('guest', {
      networkIds: { front: 'net-front' },
      fields: { 'networks.front': 'attached', 'networks.front.aliases': ['g'] },
    });
    expectPlan(
      planningInput([wanted, web], { networks: [observedNetwork(front)], containers: [observedContainer(web), guest] }),
      `
      #1 DisconnectNetwork Network/front front ffffffffffff: spec changed
      #2 DisconnectNetwork Network/front front aaaaaaaaaaaa: spec changed (after #1)
      #3 RemoveNetwork Network/front: spec changed (after #2)
      #4 CreateNetwork Network/front: spec changed (after #3)
           internal: want true, got unset
      #5 ConnectNetwork Network/front front ffffffffffff: spec changed (after #4)
      #6 ConnectNetwork Network/front front aaaaaaaaaaaa: spec changed (after #5)`,
    );
  });

  it('does not compare address ranges that the spec leaves to the engine', () => {
    expectPlan(
      planningInput([front], {
        networks: [
          observedNetwork(front, { fields: { 'ipam.config': [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1' }] } }),
        ],
      }),
      'nothing to do',
    );
  });

  it('does not take a network down for one that the engine would refuse', () => {
    const other = observedNetwork(network('other'), { fields: { 'ipam.config': [{ subnet: '10.1.0.0/16' }] } });
    const { owner: _, ...foreign } = other;
    const wanted = network('front', { ipam: { config: [{ subnet: '10.1.2.0/24' }] } });
    const input = planningInput([wanted, web], {
      networks: [observedNetwork(front), foreign],
      containers: [observedContainer(web)],
    });
    expectPlan(input, 'nothing to do');
    expectConditions(
      input,
      `
      Container/web Ready Running
      Network/front Stalled SubnetOverlaps`,
    );
  });

  it('stops at foreign and missing external networks', () => {
    const { owner: _, ...foreign } = observedNetwork(front);
    expectConditions(planningInput([front], { networks: [foreign] }), 'Network/front Stalled Conflict');
    expectConditions(
      planningInput([network('front', { adopt: true })], { networks: [foreign] }),
      'Network/front Ready Adopted',
    );
    expectConditions(
      planningInput([network('front', { external: true })], { networks: [foreign] }),
      'Network/front Ready External',
    );
    expectConditions(planningInput([network('front', { external: true })]), 'Network/front Stalled ExternalMissing');
  });

  it('replaces a volume only with consent by name, and then its users come first', () => {
    const data = volume('data');
    const wanted = volume('data', { driver_opts: { type: 'tmpfs' } });
    const user = container('db', { volumes: [{ type: 'volume', source: 'data', target: '/data', read_only: false }] }, [
      data.key,
    ]);
    const observed = { volumes: [observedVolume(data)], containers: [observedContainer(user)] };
    const plan = buildPlan(planningInput([wanted, user], observed));
    const file = plan.consents[0]?.file ?? '';
    expect(file).to.match(/^replace-[0-9a-f]{12}\.ok$/);
    expect(plan.consents[0]?.removes[0]).to.include('Volume/data made 2026-01-01T00:00:00Z with all its data');
    expectPlan(
      planningInput([wanted, user], observed, { gates: gateFiles([file.replace('.ok', '')]) }),
      `
      #1 RemoveContainer Volume/data aaaaaaaaaaaa: uses Volume/data, which is replaced
      #2 RemoveVolume Volume/data: spec changed (after #1)
      #3 CreateVolume Volume/data: spec changed (after #2)
           driver_opts.type: want tmpfs, got unset
      consent ${file} would allow to remove: ${plan.consents[0]?.removes[0]}`,
    );
  });

  const memory = onceWanted(...[0, 1, 2, 3, 4].map((index) => `Container/gone${index}` as const), 'Volume/old');
  const gone = (count: number): ReturnType<typeof observedContainer>[] =>
    Array.from({ length: count }, (_, index) =>
      observedContainer(container(`gone${index}`), { id: id(String(index)) }),
    );

  it('removes what is ours and no longer wanted, and nothing else', () => {
    expectPlan(
      planningInput(
        [front],
        { networks: [observedNetwork(front)], containers: [...gone(1), foreignContainer('other')] },
        { memory },
      ),
      `
      #1 StopContainer Container/gone0 000000000000: no longer in the desired state
      #2 RemoveContainer Container/gone0 000000000000: no longer in the desired state (after #1)`,
    );
  });

  it('takes nothing for its own whose labels come from its image', () => {
    const [gone0] = gone(1);
    const snapshot = observedImage({}, '9');
    const labels = {
      'lab.bastion.instance': 'home',
      'lab.bastion.key': 'Container/gone0',
      'lab.bastion.spec-hash': gone0?.owner?.specHash ?? '',
    };
    const images = { 'app:1': observedImage(), [snapshot.id]: { ...snapshot, labels } };
    const containers = gone0 ? [{ ...gone0, name: 'debug', imageId: snapshot.id }] : [];
    expectPlan(planningInput([front], { networks: [observedNetwork(front)], containers, images }), 'nothing to do');
  });

  it('leaves what another instance owns', () => {
    const [other] = gone(1);
    const owner = { instance: 'elsewhere', key: 'Container/gone0' as const, specHash: 'v1:x' };
    expectPlan(
      planningInput([front], { networks: [observedNetwork(front)], containers: other ? [{ ...other, owner }] : [] }),
      'nothing to do',
    );
  });

  it('removes nothing while any file is broken, or nothing is wanted at all', () => {
    const containers = gone(1);
    expectPlan(
      planningInput([], { containers }, { desired: desiredState([front], { complete: false }), memory }),
      '#1 CreateNetwork Network/front: missing',
    );
    expectPlan(planningInput([], { containers }, { memory }), 'nothing to do');
  });

  it('asks for consent by name before it removes more than three things', () => {
    const four = planningInput([front], { networks: [observedNetwork(front)], containers: gone(4) }, { memory });
    const plan = buildPlan(four);
    const [consent] = plan.consents;
    expect(
      plan.steps.every((step) => step.blockedBy.some((blocker) => blocker.name === `gates/${consent?.file}`)),
    ).to.equal(true);
    expect(consent?.removes).to.have.length(4);
    const given = { gates: gateFiles([consent?.file.replace('.ok', '') ?? '']) };
    expect(buildPlan({ ...four, ...given }).steps.every((step) => step.blockedBy.length === 0)).to.equal(true);
    const another = planningInput(
      [front],
      { networks: [observedNetwork(front)], containers: gone(5) },
      { ...given, memory },
    );
    expect(
      buildPlan(another).steps.every((step) => step.blockedBy.length > 0),
      'a consent counts for nothing else',
    ).to.equal(true);
  });

  it('never removes a volume without consent by name', () => {
    const old = observedVolume(volume('old'));
    const input = planningInput([front], { networks: [observedNetwork(front)], volumes: [old] }, { memory });
    const [consent] = buildPlan(input).consents;
    expectPlan(
      input,
      `
      #1 RemoveVolume Volume/old: no longer in the desired state [blocked by gates/${consent?.file}]
      consent ${consent?.file} would allow to remove: volume old made 2026-01-01T00:00:00Z with all its data`,
    );
    const again = { ...old, createdAt: '2026-02-02T00:00:00Z' };
    const later = planningInput(
      [front],
      { networks: [observedNetwork(front)], volumes: [again] },
      { gates: gateFiles([consent?.file.replace('.ok', '') ?? '']), memory },
    );
    expect(buildPlan(later).steps[0]?.blockedBy, 'another volume of the same name').to.have.length(1);
  });

  describe('what has our labels and was never wanted as far as we know', () => {
    const strange = [observedContainer(container('pweb'), { id: id('b') })];
    const observed = { networks: [observedNetwork(front), observedNetwork(network('pnet'))], containers: strange };

    it('is not removed before consent, however little it is, and the plan says why', () => {
      const input = planningInput([front], observed);
      const [consent] = buildPlan(input).consents;
      expect(consent?.file).to.match(/^prune-[0-9a-f]{12}\.ok$/);
      expectPlan(
        input,
        `
        #1 StopContainer Container/pweb bbbbbbbbbbbb: never in this desired state [blocked by gates/${consent?.file}]
        #2 RemoveContainer Container/pweb bbbbbbbbbbbb: never in this desired state (after #1) [blocked by gates/${consent?.file}]
        #3 RemoveNetwork Network/pnet: never in this desired state [blocked by gates/${consent?.file}]
        consent ${consent?.file} would allow to remove: container pweb (bbbbbbbbbbbb), which was never in this desired state; network pnet (net-pnet), which was never in this desired state`,
      );
      const said = buildPlan(input).conditions.find(({ key }) => key === 'Container/pweb');
      expect(said).to.include({ type: 'Blocked', reason: 'NeverWanted' });
      expect(said?.message)
        .to.include('another installation')
        .and.to.include('state directory')
        .and.to.include(`touch /etc/bastion/gates/${consent?.file}`);
    });

    it('goes once the human has consented to exactly that', () => {
      const [consent] = buildPlan(planningInput([front], observed)).consents;
      const gates = gateFiles([consent?.file.replace('.ok', '') ?? '']);
      expect(
        buildPlan(planningInput([front], observed, { gates })).steps.map(({ blockedBy }) => blockedBy),
      ).to.deep.equal([[], [], []]);
      const another = { ...observed, containers: [...strange, observedContainer(container('late'), { id: id('c') })] };
      const blocked = buildPlan(planningInput([front], another, { gates })).steps.map(
        ({ blockedBy }) => blockedBy.length,
      );
      expect(new Set(blocked)).to.deep.equal(new Set([1]));
    });

    it('keeps nothing waiting that was wanted once, and shares no consent with it', () => {
      const volumes = [observedVolume(volume('old')), observedVolume(volume('theirs'))];
      const plan = buildPlan(
        planningInput([front], { ...observed, containers: [...strange, ...gone(3)], volumes }, { memory }),
      );
      const waits = (target: string): boolean =>
        plan.steps.some((step) => step.target === target && step.blockedBy.some(({ type }) => type === 'consent'));
      for (const key of ['Container/gone0', 'Container/gone1', 'Container/gone2'])
        expect(waits(key), key).to.equal(false);
      for (const key of ['Container/pweb', 'Network/pnet', 'Volume/old', 'Volume/theirs'])
        expect(waits(key), key).to.equal(true);
      expect(plan.consents.map(({ removes }) => removes.length).sort()).to.deep.equal([1, 1, 2]);
    });

    it('includes what was wanted while the Bastion had another name', () => {
      const elsewhere = { ...onceWanted(), wanted: { 'Container/pweb': 'elsewhere' } };
      const plan = buildPlan(planningInput([front], observed, { memory: elsewhere }));
      expect(plan.steps.filter(({ blockedBy }) => blockedBy.length === 0)).to.deep.equal([]);
    });

    it('is adopted without a question where it is wanted', () => {
      expectPlan(planningInput([front, network('pnet'), container('pweb')], observed), 'nothing to do');
    });
  });
});
