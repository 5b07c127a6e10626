import { EngineError } from '../../src/engine/errors.ts';
import { keyOf } from '../../src/model/key.ts';
import { LABEL, ownLabels } from '../../src/model/labels.ts';
import { describeEvent, type OutsideAct, type WorldEvent } from '../support/arbitrary-world.ts';
import type { FakeContainer } from '../support/fake-engine/world.ts';
import { nameOf } from '../support/fake-engine/world.ts';
import { Outside } from '../support/fake-engine/outside.ts';
import { Refusal } from '../support/fake-engine/refusal.ts';
import type { Simulation } from './simulation.ts';

const MEGABYTE = 1024 * 1024;

/** Lets one event happen. What the engine refuses to an outsider did not happen. */
export async function play(simulation: Simulation, event: WorldEvent): Promise<void> {
  simulation.tell(`- ${describeEvent(event)}`);
  const { clock, daemon, files } = simulation;
  switch (event.type) {
    case 'want':
      // What the operator saw last has reached its disk by then, so that no change can come and go unseen.
      await clock.advance(300);
      simulation.desired = event.desired;
      break;
    case 'outside':
      byOutsider(simulation, (outside) => act(simulation, outside, event.act, event.which));
      break;
    case 'foreign':
      byOutsider(simulation, (outside) => {
        if (event.kind === 'Network') outside.createNetwork(event.name);
        else if (event.kind === 'Volume') outside.createVolume(event.name);
        else outside.runContainer(event.name, { Image: 'good:1', HostConfig: { NetworkMode: 'default' } });
      });
      break;
    case 'plant':
      plant(simulation, event);
      break;
    case 'touch':
      await clock.advance(1);
      files.gates.set(event.gate, clock.now());
      break;
    case 'close':
      files.gates.delete(event.gate);
      break;
    case 'consent':
      for (const { file, removes } of simulation.plan?.consents ?? []) files.consents.set(file, removes);
      break;
    case 'hold':
      files.holds.add(event.name);
      break;
    case 'release':
      files.holds.clear();
      break;
    case 'fault': {
      const error = new EngineError(event.code, 'simulated', 'a simulated fault');
      simulation.fault = { skip: event.skip, phase: event.phase, error };
      break;
    }
    case 'down':
      simulation.isDown = true;
      daemon.events.breakStreams();
      break;
    case 'deaf':
      daemon.events.drops = () => true;
      break;
    case 'up':
      simulation.isDown = false;
      daemon.events.drops = () => false;
      break;
    case 'crash':
      if (event.atCall === 0) simulation.kill(event.survival);
      else simulation.crash = { at: simulation.calls + event.atCall, survival: event.survival };
      break;
    case 'time':
      await clock.advance(event.milliseconds);
      break;
  }
}

function byOutsider(simulation: Simulation, what: (outside: Outside) => void): void {
  try {
    what(new Outside(simulation.daemon));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    simulation.tell(`  refused: ${error.message}`);
  }
}

function act(simulation: Simulation, outside: Outside, kind: OutsideAct, which: number): void {
  const { daemon } = simulation;
  const containers = [...daemon.containers.values()];
  const networks = [...daemon.networks.values()].filter(
    ({ inspect }) => !['bridge', 'host', 'none'].includes(inspect.Name),
  );
  const network = networks[which % networks.length]?.inspect.Name;
  const volumes = [...daemon.volumes.keys()];
  const volume = volumes[which % volumes.length];
  if (kind === 'remove network') return network === undefined ? undefined : outside.removeNetwork(network);
  if (kind === 'remove volume') return volume === undefined ? undefined : outside.removeVolume(volume);
  const container: FakeContainer | undefined = containers[which % containers.length];
  if (!container) return;
  const name = nameOf(container);
  simulation.tell(`  ${kind} ${name}`);
  const attached = Object.keys(container.inspect.NetworkSettings.Networks)[0];
  const acts: Readonly<Record<typeof kind, () => unknown>> = {
    remove: () => outside.removeContainer(name),
    stop: () => outside.stopContainer(name),
    kill: () => outside.killContainer(name),
    pause: () => outside.pauseContainer(name),
    unpause: () => outside.unpauseContainer(name),
    start: () => outside.startContainer(name),
    restart: () => outside.restartContainer(name),
    rename: () => outside.renameContainer(name, `renamed-${which}`),
    update: () => outside.updateContainer(name, { Memory: 32 * MEGABYTE, MemorySwap: 64 * MEGABYTE }),
    recreate: () => outside.recreateByHand(name),
    disconnect: () => (attached === undefined ? undefined : outside.disconnect(attached, name)),
    connect: () => (network === undefined ? undefined : outside.connect(network, name)),
  };
  acts[kind]();
}

/** A container with our labels that this operator never made: a leftover, a duplicate, an orphan, a lie. */
function plant(simulation: Simulation, event: Extract<WorldEvent, { type: 'plant' }>): void {
  const { daemon, desired } = simulation;
  const key = keyOf('Container', event.name);
  const wanted = desired.resources.find((resource) => resource.key === key);
  const siblings = [...daemon.containers.values()].filter(({ inspect }) => inspect.Config.Labels?.[LABEL.key] === key);
  const replaces = event.replaces === undefined ? undefined : siblings[event.replaces % siblings.length]?.inspect.Id;
  const owner = {
    instance: desired.instance,
    key,
    specHash: event.hash === 'wanted' && wanted ? wanted.hash : `v1:${'0'.repeat(64)}`,
    ...(replaces === undefined ? {} : { replaces }),
  };
  byOutsider(simulation, (outside) => {
    const body = { Image: 'good:1', Labels: ownLabels(owner), HostConfig: { NetworkMode: 'default' } };
    const id = outside.createContainer(`${event.name}${event.suffix}`, body);
    if (event.run) outside.startContainer(id);
  });
}
