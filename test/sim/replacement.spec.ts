import { expect } from 'chai';
import { LABEL } from '../../src/model/labels.ts';
import type { Resource } from '../../src/model/resource.ts';
import type { ContainerSpec } from '../../src/model/specs.ts';
import { Outside } from '../support/fake-engine/outside.ts';
import { container, desiredState, network, volume } from '../support/planning.ts';
import type { Survival } from '../support/arbitrary-world.ts';
import { differences } from './finish.ts';
import { runs } from './runs.ts';
import { Simulation } from './simulation.ts';

const SECOND = 1e9;
const checked = { test: ['CMD', 'true'], interval: 2 * SECOND, timeout: SECOND, retries: 2 };
const networks = { back: { aliases: ['db'] }, front: { aliases: [] } };
const volumes = [{ type: 'volume', source: 'data', target: '/data', read_only: false }] as const;

/** Ways in which a new spec fares: it works, with and without a health check, or fails in one of three ways. */
const CASES: readonly { readonly name: string; readonly spec: Partial<ContainerSpec>; readonly works: boolean }[] = [
  { name: 'works', spec: { image: 'good:2' }, works: true },
  { name: 'works, with a health check', spec: { image: 'good:2', healthcheck: checked }, works: true },
  { name: 'never becomes healthy', spec: { image: 'sick:1', healthcheck: checked }, works: false },
  { name: 'exits', spec: { image: 'exits:1' }, works: false },
  { name: 'cannot be started', spec: { image: 'broken:1' }, works: false },
];
const SURVIVALS: readonly Survival[] = ['kept', 'flushed', 'lost'];

const before = container('web', { image: 'good:1', networks, volumes: [...volumes], healthyWithin: 20_000 });
const others: readonly Resource[] = [network('back'), network('front'), volume('data')];

function wish(spec: Partial<ContainerSpec>): Resource<'Container'> {
  return container('web', { networks, volumes: [...volumes], healthyWithin: 20_000, ...spec });
}

/** The machine with the old container converged, and the new spec wished for. */
async function readyToReplace(spec: Partial<ContainerSpec>): Promise<Simulation> {
  const simulation = new Simulation();
  simulation.desired = desiredState([...others, before]);
  for (let passes = 0; passes < 4; passes++) await simulation.pass();
  await simulation.clock.advance(20_000);
  simulation.desired = desiredState([...others, wish(spec)]);
  return simulation;
}

/** Lets passes and time go on until nothing is under way. Returns the number of engine calls of the operator there is. */
async function settle(simulation: Simulation, isOurs = true): Promise<number> {
  for (let passes = 0; passes < 30; passes++) {
    const result = await simulation.pass();
    const web = containersOfWeb(simulation);
    if (isOurs && web.length === 0) simulation.fail('no container of web is left');
    if (simulation.operator && result !== 'progressing' && passes > 2) break;
    await simulation.clock.advance(1_500);
  }
  return simulation.calls;
}

function containersOfWeb({ daemon }: Simulation): { name: string; image: string; state: string; id: string }[] {
  return [...daemon.containers.values()]
    .filter(({ inspect }) => inspect.Config.Labels?.[LABEL.key] === 'Container/web')
    .map(({ inspect }) => ({
      name: inspect.Name.slice(1),
      image: inspect.Config.Image ?? '',
      state: inspect.State.Status,
      id: inspect.Id,
    }));
}

/** Exactly one container of the name runs, and it is the right one; what was rolled back is said and not tried again. */
async function expectReplaced(simulation: Simulation, works: boolean, spec: Partial<ContainerSpec>): Promise<void> {
  const found = containersOfWeb(simulation).map(({ name, image, state }) => ({ name, image, state }));
  const image = works ? spec.image : 'good:1';
  if (JSON.stringify(found) !== JSON.stringify([{ name: 'web', image, state: 'running' }]))
    simulation.fail(`expected one running web of ${image}, found ${JSON.stringify(found)}`);
  if (works) {
    const problems = differences(simulation);
    if (problems.length > 0) simulation.fail(problems.join('; '));
  } else {
    const reasons = simulation.plan?.conditions
      .filter(({ key }) => key === 'Container/web')
      .map(({ reason }) => reason);
    if (!reasons?.includes('RolledBack')) simulation.fail(`not said to be rolled back: ${reasons?.join(', ')}`);
  }
  const mutations = simulation.mutations;
  await simulation.clock.advance(4_000_000);
  await simulation.pass(true);
  if (simulation.mutations !== mutations) simulation.fail('something was changed again an hour later');
}

describe('a replacement', function () {
  this.timeout(300_000);

  for (const { name, spec, works } of CASES) {
    it(`whose new container ${name}: ${works ? 'takes over' : 'puts the old one back, and tries once'}`, async () => {
      const simulation = await readyToReplace(spec);
      const old = containersOfWeb(simulation)[0]?.id;
      await settle(simulation);
      await expectReplaced(simulation, works, spec);
      if (!works) expect(containersOfWeb(simulation)[0]?.id).to.equal(old);
      expect(simulation.story.filter((line) => line.includes('CreateContainer Container/web'))).to.have.length(2);
      simulation.close();
    });

    it(`whose new container ${name}: survives the operator's death at every call`, async () => {
      const whole = await readyToReplace(spec);
      const start = whole.calls;
      const end = await settle(whole);
      whole.close();
      for (const survival of SURVIVALS) {
        for (let at = start + 1; at <= end; at++) {
          const simulation = await readyToReplace(spec);
          simulation.crash = { at, survival };
          await settle(simulation);
          simulation.crash = undefined;
          await settle(simulation);
          await expectReplaced(simulation, works, spec);
          simulation.close();
        }
      }
    });
  }

  it('survives two deaths, wherever they fall, with the disk lost in the second', async () => {
    const pairs = runs(200);
    for (const { spec, works } of [CASES[0], CASES[2]].filter((one) => one !== undefined)) {
      const stride = Math.max(1, Math.floor((45 * 45 * 2) / pairs));
      for (let pair = 0; pair < 45 * 45; pair += stride) {
        const simulation = await readyToReplace(spec);
        simulation.crash = { at: simulation.calls + 1 + (pair % 45), survival: 'flushed' };
        await settle(simulation);
        simulation.crash = { at: simulation.calls + 1 + Math.floor(pair / 45), survival: 'lost' };
        await settle(simulation);
        simulation.crash = undefined;
        await settle(simulation);
        await expectReplaced(simulation, works, spec);
        simulation.close();
      }
    }
  });

  it('of a drifted or an adopted container is tried once, too', async () => {
    const simulation = new Simulation();
    const outside = new Outside(simulation.daemon);
    outside.runContainer('web', { Image: 'good:2', HostConfig: { NetworkMode: 'default' } });
    const tries = (): number =>
      simulation.story.filter((line) => line.includes('CreateContainer Container/web')).length;
    simulation.desired = desiredState([container('web', { image: 'exits:1', adopt: true })]);
    await settle(simulation, false);
    expect(tries()).to.equal(1);
    simulation.desired = desiredState([container('web', { image: 'good:1', adopt: true })]);
    await settle(simulation, false);
    await simulation.clock.advance(20_000);
    outside.recreateByHand('web', { Env: ['DRIFT=1'] });
    await simulation.pass();
    outside.killContainer('web');
    await settle(simulation);
    expect(tries()).to.equal(3);
    expect(containersOfWeb(simulation).map(({ state }) => state)).to.deep.equal(['running']);
    simulation.close();
  });

  it('stops after three within an hour when somebody undoes each of them', async () => {
    const simulation = await readyToReplace({ image: 'good:2' });
    const outside = new Outside(simulation.daemon);
    for (let round = 0; round < 8; round++) {
      await settle(simulation);
      await simulation.clock.advance(20_000);
      // By hand, with our labels, but otherwise made: drift that only a replacement mends.
      outside.recreateByHand('web', { Env: [`ROUND=${round}`] });
    }
    await settle(simulation);
    const reasons = simulation.plan?.conditions
      .filter(({ key }) => key === 'Container/web')
      .map(({ reason }) => reason);
    expect(reasons).to.include('ReplaceLoop');
    simulation.close();
  });
});
