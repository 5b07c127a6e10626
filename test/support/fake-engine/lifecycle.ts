import { behaviourOf } from './behaviour.ts';
import { signalName, signalNumber } from './check-create.ts';
import { connectAll, disconnectAll } from './endpoints.ts';
import { startHealth, stopHealth } from './health.ts';
import { removeVolume, volumeUsers } from './mounts.ts';
import { publishPorts } from './ports.ts';
import { Refusal, refuse } from './refusal.ts';
import { containerEvent, nameOf, timestamp, type FakeContainer, type World } from './world.ts';

const SIGKILL = 9;
const SIGTERM = 15;
const ANONYMOUS = /^[0-9a-f]{64}$/;
const FIRST_RESTART_DELAY = 100;
const LAST_RESTART_DELAY = 60_000;

/** `docker start`. False when it runs already. A refused start leaves its reason in the container's state. */
export function start(world: World, container: FakeContainer): boolean {
  const { State } = container.inspect;
  if (State.Paused) refuse(409, 'cannot start a paused container, try unpause instead');
  if (State.Running && !State.Restarting) return false;
  container.manuallyStopped = false;
  container.restartDelay = 0;
  container.inspect.RestartCount = 0;
  run(world, container);
  return true;
}

/** `docker stop`. False when it is stopped already. */
export function stop(world: World, container: FakeContainer): boolean {
  const { Config, State } = container.inspect;
  if (!State.Running) return false;
  container.manuallyStopped = true;
  if (State.Restarting) {
    end(world, container, State.ExitCode);
  } else {
    const first = Config.StopSignal ? signalNumber(Config.StopSignal) : SIGTERM;
    containerEvent(world, container, 'kill', { signal: String(first) });
    const answer = container.behaviour.onSignal?.(signalName(first));
    if (answer === undefined) containerEvent(world, container, 'kill', { signal: String(SIGKILL) });
    end(world, container, answer ?? 128 + SIGKILL);
  }
  containerEvent(world, container, 'stop');
  return true;
}

/** `docker restart`: of a stopped container, too. */
export function restart(world: World, container: FakeContainer): void {
  stop(world, container);
  start(world, container);
  containerEvent(world, container, 'restart');
}

/** `docker kill`. A signal that could end it also ends its restart policy (moby: ExitOnNext). */
export function kill(world: World, container: FakeContainer, signal: string): void {
  const number = signalNumber(signal);
  const { Config, Id, State } = container.inspect;
  if (!State.Running || State.Restarting) {
    refuse(409, `Cannot kill container: ${nameOf(container)}: Container ${Id} is not running`);
  }
  const stopSignal = Config.StopSignal ? signalNumber(Config.StopSignal) : number;
  if (number === SIGKILL || number === stopSignal) container.manuallyStopped = true;
  containerEvent(world, container, 'kill', { signal: String(number) });
  if (number === SIGKILL) return end(world, container, 128 + SIGKILL);
  const answer = container.behaviour.onSignal?.(signalName(number));
  if (answer !== undefined) end(world, container, answer);
}

export function pause(world: World, container: FakeContainer): void {
  const { Id, State } = container.inspect;
  if (!State.Running || State.Restarting) refuse(409, `Container ${Id} is not running`);
  if (State.Paused) refuse(409, `Container ${Id} is already paused`);
  cancelTimers(container);
  stopHealth(container);
  Object.assign(State, { Status: 'paused', Paused: true });
  containerEvent(world, container, 'pause');
}

export function unpause(world: World, container: FakeContainer): void {
  const { Id, State } = container.inspect;
  if (!State.Paused) refuse(500, `Container ${Id} is not paused`);
  Object.assign(State, { Status: 'running', Paused: false });
  startHealth(world, container, false);
  containerEvent(world, container, 'unpause');
}

/** `docker rm --force`, with its anonymous volumes if asked. */
export function remove(world: World, container: FakeContainer, anonymousVolumes: boolean): void {
  const { Id, Mounts, State } = container.inspect;
  container.manuallyStopped = true;
  if (State.Running && !State.Restarting) {
    containerEvent(world, container, 'kill', { signal: String(SIGKILL) });
    end(world, container, 128 + SIGKILL);
  }
  cancelTimers(container);
  for (const waiter of container.waiters.splice(0)) waiter(State.ExitCode);
  // One that removes itself is gone by now.
  if (!world.containers.delete(Id)) return;
  for (const { Name = '' } of Mounts) {
    if (!anonymousVolumes || !ANONYMOUS.test(Name) || !world.volumes.has(Name)) continue;
    if (volumeUsers(world, Name).length === 0) removeVolume(world, Name);
  }
  containerEvent(world, container, 'destroy');
}

function run(world: World, container: FakeContainer): void {
  const { inspect } = container;
  const { State } = inspect;
  container.behaviour = behaviourOf(container.image.behaviour, inspect, container.starts++);
  cancelTimers(container);
  try {
    joinNetworkOf(world, container);
    connectAll(world, container);
    publishPorts(world, container);
    const { startFails } = container.behaviour;
    if (startFails) throw Object.assign(new Refusal(startFails.statusCode, startFails.message), startFails);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    disconnectAll(world, container);
    inspect.NetworkSettings.Ports = {};
    State.Error = error.message;
    const exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 128;
    if (State.ExitCode === 0 || exitCode !== 128) State.ExitCode = exitCode;
    throw error;
  }
  const running = { Status: 'running', Running: true, Paused: false, Restarting: false, Pid: 1000 + container.starts };
  Object.assign(State, running, { ExitCode: 0, Error: '', StartedAt: timestamp(world) });
  container.output += container.behaviour.output ?? '';
  startHealth(world, container, true);
  containerEvent(world, container, 'start');
  const { exits } = container.behaviour;
  if (!exits) return;
  if (exits.afterMilliseconds <= 0) end(world, container, exits.code);
  else {
    container.cancels.push(world.clock.after(exits.afterMilliseconds, () => end(world, container, exits.code)));
  }
}

function joinNetworkOf(world: World, container: FakeContainer): void {
  const mode = container.inspect.HostConfig.NetworkMode ?? '';
  if (!mode.startsWith('container:')) return;
  const target = mode.slice('container:'.length);
  const found = world.containers.get(target) ?? refuse(404, `No such container: ${target}`);
  if (!found.inspect.State.Running) refuse(409, `cannot join network of a non running container: ${target}`);
  container.inspect.Config.Hostname = found.inspect.Config.Hostname ?? '';
}

/** The processes are gone: by themselves, by a signal, or with a restart that was waited for. */
function end(world: World, container: FakeContainer, exitCode: number): void {
  const { HostConfig, NetworkSettings, State } = container.inspect;
  const ran = State.Running && !State.Restarting;
  cancelTimers(container);
  stopHealth(container);
  const stopped = { Status: 'exited', Running: false, Paused: false, Restarting: false, Pid: 0 };
  Object.assign(State, stopped, { ExitCode: exitCode, FinishedAt: timestamp(world) });
  if (ran) {
    containerEvent(world, container, 'die', { exitCode: String(exitCode) });
    disconnectAll(world, container);
    NetworkSettings.Ports = {};
  }
  if (mayRestart(container, exitCode)) return scheduleRestart(world, container);
  for (const waiter of container.waiters.splice(0)) waiter(exitCode);
  if (HostConfig.AutoRemove) remove(world, container, true);
}

function mayRestart(container: FakeContainer, exitCode: number): boolean {
  const { HostConfig, RestartCount } = container.inspect;
  const { Name: policy = '', MaximumRetryCount: most = 0 } = HostConfig.RestartPolicy ?? {};
  if (container.manuallyStopped) return false;
  if (policy === 'on-failure') return exitCode !== 0 && (most === 0 || RestartCount < most);
  return policy === 'always' || policy === 'unless-stopped';
}

function scheduleRestart(world: World, container: FakeContainer): void {
  const { inspect } = container;
  Object.assign(inspect.State, { Status: 'restarting', Running: true, Restarting: true });
  inspect.RestartCount++;
  container.restartDelay = Math.min(container.restartDelay * 2 || FIRST_RESTART_DELAY, LAST_RESTART_DELAY);
  container.cancels.push(
    world.clock.after(container.restartDelay, () => {
      try {
        run(world, container);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        Object.assign(inspect.State, { Status: 'exited', Running: false, Restarting: false });
      }
    }),
  );
}

function cancelTimers(container: FakeContainer): void {
  for (const cancel of container.cancels.splice(0)) cancel();
}
