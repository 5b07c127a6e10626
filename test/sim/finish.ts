import type { Key } from '../../src/model/key.ts';
import { LABEL } from '../../src/model/labels.ts';
import type { DesiredState, Resource } from '../../src/model/resource.ts';
import type { ContainerSpec } from '../../src/model/specs.ts';
import { BAD_IMAGES } from '../support/arbitrary-desired.ts';
import { remove } from '../support/fake-engine/lifecycle.ts';
import { removeNetwork } from '../support/fake-engine/networks.ts';
import { nameOf, type FakeContainer } from '../support/fake-engine/world.ts';
import { container, desiredState } from '../support/planning.ts';
import type { Simulation } from './simulation.ts';

/** Passes within which a machine that nobody disturbs must be as wanted. */
const PASSES = 48;

/**
 * All trouble is over: no faults, no holds, the human opens every gate, gives every consent, wishes for nothing that
 * cannot work and takes foreign objects out of the way. Then the operator must bring about what is wanted, and after
 * that find nothing to do.
 */
export async function finish(simulation: Simulation): Promise<void> {
  const { clock, daemon, files } = simulation;
  simulation.tell('- all trouble ends');
  simulation.fault = undefined;
  simulation.crash = undefined;
  simulation.isDown = false;
  daemon.events.drops = () => false;
  files.holds.clear();
  simulation.desired = workable(simulation.desired, () => undefined);
  for (const passes of Array.from({ length: PASSES }, (_, index) => index)) {
    makeWay(simulation);
    for (const resource of simulation.desired.resources)
      if (resource.kind === 'Gate') files.gates.set(resource.name, clock.now());
    for (const { file, removes } of simulation.plan?.consents ?? []) files.consents.set(file, removes);
    const result = await simulation.pass(passes % 10 === 0);
    if (result === 'converged' && passes > 0 && simulation.plan?.steps.length === 0) break;
    if (passes === PASSES - 1)
      simulation.fail(
        `not converged after ${PASSES} passes:\n${simulation.plan?.conditions.map((one) => JSON.stringify(one)).join('\n')}`,
      );
    if (passes % 12 === 11) {
      simulation.desired = freshWhereGivenUp(simulation);
      simulation.kill('kept');
    }
    await clock.advance([1_000, 30_000, 400_000, 4_000_000][Math.floor(passes / 12)] ?? 0);
  }
  const problems = differences(simulation);
  if (problems.length > 0) simulation.fail(`converged, but ${problems.join('; ')}`);
  const before = simulation.mutations;
  await clock.advance(61_000);
  const result = await simulation.pass(true);
  if (simulation.mutations !== before || result !== 'converged')
    simulation.fail(`was converged, and then ${simulation.mutations - before} calls changed something: ${result}`);
}

/** Foreign objects that hold a wanted name or a volume of ours go, and so do jobs that failed. */
function makeWay({ daemon, desired }: Simulation): void {
  const isOurs = (labels: Record<string, string> | null | undefined): boolean =>
    labels?.[LABEL.instance] === desired.instance;
  for (const one of [...daemon.containers.values()]) {
    const { Config, State } = one.inspect;
    const failedJob = Config.Image === 'job:1' && State.Status === 'exited' && State.ExitCode !== 0;
    if (!isOurs(Config.Labels) || failedJob) remove(daemon, one, false);
  }
  for (const { inspect } of [...daemon.networks.values()])
    if (!['bridge', 'host', 'none'].includes(inspect.Name) && !isOurs(inspect.Labels)) {
      const users = [...daemon.containers.values()].filter((one) => one.inspect.NetworkSettings.Networks[inspect.Name]);
      for (const user of users) remove(daemon, user, false);
      removeNetwork(daemon, inspect.Id);
    }
  for (const volume of [...daemon.volumes.values()])
    if (!isOurs(volume.Labels) && !/^[0-9a-f]{64}$/.test(volume.Name)) {
      const users = [...daemon.containers.values()].filter((one) =>
        one.inspect.Mounts.some(({ Name }) => Name === volume.Name),
      );
      for (const user of users) remove(daemon, user, false);
      daemon.volumes.delete(volume.Name);
    }
}

/** The same wish with images that work and, where `salt` says so, a spec that was never tried. */
function workable(desired: DesiredState, salt: (resource: Resource<'Container'>) => string | undefined): DesiredState {
  const resources = desired.resources.map((resource) => {
    if (resource.kind !== 'Container') return resource;
    const isBad = BAD_IMAGES.some((bad) => bad === resource.spec.image);
    const value = salt(resource);
    const environment = value === undefined ? {} : { environment: { ...resource.spec.environment, SALT: value } };
    const spec: ContainerSpec = { ...resource.spec, image: isBad ? 'good:1' : resource.spec.image, ...environment };
    return container(resource.name, spec, resource.dependsOn);
  });
  return desiredState(resources, { complete: true });
}

/** What a human does with a spec that the operator has given up: changes it. */
function freshWhereGivenUp(simulation: Simulation): DesiredState {
  const { clock, memory, plan } = simulation;
  const isGivenUp = (key: Key): boolean =>
    memory.backoffs[key]?.terminal === true ||
    memory.rolledBack[key] !== undefined ||
    (plan?.conditions ?? []).some((one) => one.key === key && ['RolledBack', 'ReplaceLoop'].includes(one.reason));
  return workable(simulation.desired, ({ key }) => (isGivenUp(key) ? String(clock.now()) : undefined));
}

/** What is not as wanted, found without the planner. */
export function differences({ daemon, desired }: Simulation): string[] {
  const problems: string[] = [];
  const wanted = new Set<string>(desired.resources.map(({ key }) => key));
  const all = [...daemon.containers.values()];
  for (const resource of desired.resources) {
    const { key, name } = resource;
    if (resource.kind === 'Container') {
      const own = all.filter((one) => one.inspect.Config.Labels?.[LABEL.key] === key);
      if (own.length !== 1) problems.push(`there are ${own.length} containers of ${key}`);
      for (const one of own) problems.push(...containerProblems(resource, one).map((problem) => `${key} ${problem}`));
    } else if (resource.kind === 'Network') {
      const own = [...daemon.networks.values()].filter(({ inspect }) => inspect.Name === name);
      if (own.length !== 1) problems.push(`there are ${own.length} networks ${name}`);
      if (own.some(({ inspect }) => inspect.Internal !== resource.spec.internal))
        problems.push(`${key} internal differs`);
    } else if (resource.kind === 'Volume') {
      const labels = daemon.volumes.get(name)?.Labels;
      if (!labels) problems.push(`there is no volume ${name}`);
      else if (labels['tier'] !== resource.spec.labels?.['tier']) problems.push(`${key} label differs`);
    }
  }
  if (desired.resources.length === 0) return problems;
  const objects = [...all, ...daemon.networks.values()].map(({ inspect }) => inspect);
  const labels = objects.map((inspect) => ('Config' in inspect ? inspect.Config.Labels : inspect.Labels));
  for (const label of [...labels, ...[...daemon.volumes.values()].map((volume) => volume.Labels)]) {
    const key = label?.[LABEL.key];
    if (key !== undefined && !wanted.has(key)) problems.push(`${key} is left over`);
  }
  return problems;
}

function containerProblems(resource: Resource<'Container'>, one: FakeContainer): string[] {
  const { spec, name } = resource;
  const { Config, HostConfig, State, NetworkSettings, Mounts } = one.inspect;
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ['name', nameOf(one), name],
    ['image', Config.Image, spec.image],
    ['state', spec.runPolicy === 'once' ? State.ExitCode : State.Status, spec.runPolicy === 'once' ? 0 : 'running'],
    ['memory', HostConfig.Memory, spec.mem_limit ?? 0],
    ['restart', HostConfig.RestartPolicy?.Name || 'no', spec.restart?.policy ?? 'no'],
    [
      'environment',
      [...(Config.Env ?? [])].sort(),
      Object.entries(spec.environment ?? {})
        .map((pair) => pair.join('='))
        .sort(),
    ],
    ['networks', Object.keys(NetworkSettings.Networks).sort(), Object.keys(spec.networks ?? { bridge: 1 }).sort()],
    ['volumes', Mounts.map((mount) => mount.Name).sort(), (spec.volumes ?? []).map((mount) => mount.source).sort()],
    ['ports', Object.keys(HostConfig.PortBindings ?? {}), (spec.ports ?? []).map((port) => `${port.target}/tcp`)],
  ];
  return expected
    .filter(([, got, want]) => JSON.stringify(got) !== JSON.stringify(want))
    .map(([what, got, want]) => `${what} is ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`);
}
