import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyDaemonRuns, commandLine, endProcess, processesNaming, readPid } from './daemon-process.ts';
import { callEngine, engineAnswers, getJson } from './engine-http.ts';
import { captureNetwork, makeBridge, reinstateRules, restoreNetwork, type NetworkFootprint } from './host-network.ts';
import { runCommand } from './run-command.ts';

const START_MILLISECONDS = 60_000;

/** What a private engine remembers of the host's network. */
interface NetworkRecord {
  readonly before: NetworkFootprint;
  /** Bridge that was made for it, next to another daemon. */
  readonly ownBridge?: string;
}

/** Address of the private engine of a directory. */
export function privateEngineHost(directory: string): string {
  return `unix://${join(directory, 'docker.sock')}`;
}

/**
 * Starts a dockerd of our own that keeps everything (socket, images, pid file, log) below `directory`, and waits until
 * it answers. It outlives this process until `stopPrivateEngine`. Rejects with the end of its log and what to do.
 */
export async function startPrivateEngine(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o711);
  const footprint = await captureNetwork();
  const shared = anyDaemonRuns() || footprint.bridges.includes('docker0');
  // Next to another daemon (or its remains) docker0 is taken, so ours gets a bridge of its own.
  const ownBridge = shared ? await makeBridge(footprint) : undefined;
  await writeFile(join(directory, 'network.json'), JSON.stringify({ before: footprint, ownBridge }));
  // An empty configuration of its own, so that the host's /etc/docker/daemon.json does not apply.
  await writeFile(join(directory, 'daemon.json'), '{}\n');
  try {
    await launch(directory, ownBridge);
  } catch (error) {
    await stopPrivateEngine(directory);
    throw error;
  }
  if (shared) await reinstateRules(footprint);
}

/** Ends the dockerd of a private engine and starts it again on the same data, as an update of its package does. */
export async function restartPrivateEngine(directory: string): Promise<void> {
  const pid = readPid(join(directory, 'docker.pid'));
  if (pid === undefined) throw new Error(`no private engine runs in ${directory}`);
  await endProcess(pid, (line) => line.some((argument) => argument.includes(directory)), 60_000);
  const { ownBridge } = JSON.parse(await readFile(join(directory, 'network.json'), 'utf8')) as NetworkRecord;
  const footprint = ownBridge === undefined ? undefined : await captureNetwork();
  await launch(directory, ownBridge);
  if (footprint !== undefined) await reinstateRules(footprint);
}

/** Starts dockerd and waits until it answers; rejects with what it said last. */
async function launch(directory: string, ownBridge: string | undefined): Promise<void> {
  const log = openSync(join(directory, 'dockerd.log'), 'a');
  const daemon = spawn(
    'dockerd',
    [
      ...['--host', privateEngineHost(directory)],
      ...['--data-root', join(directory, 'data')],
      ...['--exec-root', join(directory, 'exec')],
      ...['--pidfile', join(directory, 'docker.pid')],
      ...['--config-file', join(directory, 'daemon.json')],
      ...(ownBridge === undefined ? [] : ['--bridge', ownBridge]),
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    },
  );
  let ended: string | undefined;
  daemon.on('error', (error) => (ended = error.message));
  daemon.on('exit', (code, signal) => (ended = `dockerd ended with ${signal ?? `exit code ${code}`}`));
  daemon.unref();
  const until = Date.now() + START_MILLISECONDS;
  while (!(await engineAnswers(privateEngineHost(directory)))) {
    if (ended === undefined && Date.now() > until)
      ended = `dockerd did not answer within ${START_MILLISECONDS / 1000} s`;
    if (ended !== undefined) {
      throw new Error(explainFailure(ended, await tail(join(directory, 'dockerd.log'))));
    }
    await sleep(100);
  }
}

/**
 * Stops the private engine of a directory, with its containerd and containers, undoes what it did to the host's network
 * and removes the directory. Also cleans up after an engine whose starter was killed. Nothing there: does nothing.
 */
export async function stopPrivateEngine(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const host = privateEngineHost(directory);
  if (await engineAnswers(host)) await emptyEngine(host);
  const pid = readPid(join(directory, 'docker.pid'));
  const isOurs = (line: string[]): boolean => line.some((argument) => argument.includes(directory));
  if (pid !== undefined && commandLine(pid)?.[0]?.endsWith('dockerd') === true) await endProcess(pid, isOurs, 30_000);
  // A killed dockerd leaves its containerd and shims, which name the directory in their arguments.
  for (const left of processesNaming(`${directory}/exec`)) await endProcess(left, isOurs, 10_000);
  await unmountBelow(directory);
  const problems = await restoreHostNetwork(directory);
  await rm(directory, { recursive: true, force: true });
  if (problems.length > 0) throw new Error(`The private engine is stopped, but left behind:\n${problems.join('\n')}`);
}

async function restoreHostNetwork(directory: string): Promise<string[]> {
  const record = join(directory, 'network.json');
  if (!existsSync(record)) return [];
  const { before, ownBridge } = JSON.parse(await readFile(record, 'utf8')) as NetworkRecord;
  const ownBridges = [...(ownBridge === undefined ? [] : [ownBridge]), ...(await recordedBridges(directory))];
  return restoreNetwork(before, { ownBridges, othersRun: anyDaemonRuns() });
}

/** Bridges in the daemon's own store of networks: the only trace of those that a killed daemon left. */
async function recordedBridges(directory: string): Promise<string[]> {
  const store = await readFile(join(directory, 'data/network/files/local-kv.db'), 'latin1').catch(() => '');
  return [...new Set(store.match(/\bbr-[0-9a-f]{12}\b/g))];
}

/** Removes containers and networks, so that the daemon takes their interfaces and rules down itself. */
async function emptyEngine(host: string): Promise<void> {
  const containers = await getJson<{ Id: string }[]>(host, '/containers/json?all=true');
  await Promise.all(
    containers.map(({ Id }) => callEngine(host, { method: 'DELETE', path: `/containers/${Id}?force=true&v=true` })),
  );
  const networks = await getJson<{ Id: string; Name: string }[]>(host, '/networks');
  for (const { Id, Name } of networks) {
    if (!['bridge', 'host', 'none'].includes(Name))
      await callEngine(host, { method: 'DELETE', path: `/networks/${Id}` });
  }
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`))
    .sort()
    .reverse();
  for (const path of mounts) await runCommand(['umount', '-l', path]);
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(-15).join('\n').trim();
}

/** What dockerd wrote last, and what to do about the usual causes. */
function explainFailure(what: string, log: string): string {
  let advice = 'Start a Docker Engine yourself and set DOCKER_HOST to its address.';
  if (/cgroup/i.test(log)) {
    advice =
      'Containers need cgroups, which are not mounted or not writable here: run on a host or in a virtual machine.';
  } else if (/iptables|nf_tables|ip6tables/i.test(log)) {
    advice = 'The kernel or the permissions do not allow iptables: run as root on a host or in a virtual machine.';
  } else if (/permission denied|operation not permitted|must be run as root/i.test(log)) {
    advice = 'dockerd needs root with all capabilities.';
  }
  return `A private Docker Engine could not be started: ${what}.\n${advice}\nEnd of its log:\n${log}`;
}
