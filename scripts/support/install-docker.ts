import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { hasProgram, mustRun, runCommand } from './run-command.ts';

const POLICY = '/usr/sbin/policy-rc.d';
const ENV = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };

/**
 * Installs Debian's docker.io when dockerd is missing, without letting the package start its service: the engine that
 * demo and tests use is one that they start and stop themselves. Rejects with what to do when it cannot.
 */
export async function installDocker(log: (line: string) => void): Promise<void> {
  if (await hasProgram('dockerd')) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      'There is no Docker Engine and this is not root: install one (apt-get install docker.io), or set DOCKER_HOST.',
    );
  }
  if (!(await hasProgram('apt-get'))) {
    throw new Error('There is no Docker Engine and no apt-get to install one: install Docker, or set DOCKER_HOST.');
  }
  log("installing Debian's docker.io (its service is not started)");
  const packages = ['docker.io', 'iptables', 'iproute2'];
  if (!(await cgroupsMounted())) packages.push('cgroupfs-mount');
  if (appArmorEnabled()) packages.push('apparmor');
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await mustRun(['apt-get', 'update'], { env: ENV });
    await install(packages);
    // From Debian 13 on the client is a package of its own.
    if (!(await hasProgram('docker'))) await install(['docker-cli']);
  } finally {
    if (ownPolicy) await rm(POLICY, { force: true });
  }
  if (!(await hasProgram('dockerd'))) throw new Error('docker.io was installed but there is no dockerd on the path.');
}

/** Mounts the cgroup hierarchies where nothing has yet (a machine without an init system). */
export async function mountCgroups(log: (line: string) => void): Promise<void> {
  if (await cgroupsMounted()) return;
  log('mounting the cgroup hierarchies');
  if (await hasProgram('cgroupfs-mount')) await mustRun(['cgroupfs-mount']);
  else {
    const result = await runCommand(['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']);
    if (result.code !== 0) throw new Error(`No cgroups are mounted, which containers need: ${result.output.trim()}`);
  }
}

function install(packages: readonly string[]): Promise<string> {
  return mustRun(
    ['apt-get', 'install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages],
    { env: ENV },
  );
}

async function cgroupsMounted(): Promise<boolean> {
  return (await readdir('/sys/fs/cgroup').catch(() => [])).length > 0;
}

function appArmorEnabled(): boolean {
  const file = '/sys/module/apparmor/parameters/enabled';
  return existsSync(file) && readFileSync(file, 'utf8').startsWith('Y');
}
