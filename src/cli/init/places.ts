import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { Settings } from '../arguments.ts';

/** Users of the host; undefined owner: whoever runs `bastion init`. */
export const SERVICE_USER = 'bastion';
export const PUSH_USER = 'bastion-push';

/** Where everything lies that `bastion init` prepares. Absolute. */
export interface Places {
  /** Scratch directory that all of it lies in; empty: the host itself. */
  readonly root: string;
  readonly configFile: string;
  /** The link that the operator reads. */
  readonly desired: string;
  readonly gates: string;
  readonly hold: string;
  readonly state: string;
  readonly repository: string;
  readonly releases: string;
  readonly socket: string;
  readonly branch: string;
  /** Name of the Bastion to begin with: what is on the engine under it belongs to this desired state. */
  readonly instance: string;
}

/** A directory to be there. */
export interface WantedDirectory {
  readonly path: string;
  readonly mode: number;
  /** User, and group of the same name; undefined: root. */
  readonly owner?: string;
  readonly purpose: string;
}

const DEFAULT_SOCKET = '/run/bastion/push.sock';

/** Settings to places. With `--root` all of them lie below it, whatever the host's own configuration says. */
export function placesOf(settings: Settings): Places {
  const { root, push } = settings;
  const branch = push.branch === '' ? 'main' : push.branch;
  if (root === '')
    return {
      root,
      configFile: settings.configFile ?? '/etc/bastion/config.yaml',
      desired: settings.desiredDirectory,
      gates: settings.gatesDirectory,
      hold: settings.holdDirectory,
      state: settings.stateDirectory,
      repository: push.repository,
      releases: push.releases,
      socket: push.socket ?? DEFAULT_SOCKET,
      branch,
      instance: 'bastion',
    };
  const below = (path: string): string => join(resolve(root), path);
  return {
    root,
    configFile: below('/etc/bastion/config.yaml'),
    desired: below('/etc/bastion/desired-state'),
    gates: below('/etc/bastion/gates'),
    hold: below('/etc/bastion/hold'),
    state: below('/var/lib/bastion'),
    repository: below('/srv/bastion/desired-state.git'),
    releases: below('/srv/bastion/releases'),
    socket: below(DEFAULT_SOCKET),
    branch,
    // A trial must not take what is on the same engine for its own, and remove it.
    instance: `try-${createHash('sha256').update(resolve(root)).digest('hex').slice(0, 8)}`,
  };
}

/** Directories in the order in which they are made. Those of a person stay as they are. */
export function wantedDirectories(places: Places): WantedDirectory[] {
  const { root, configFile, desired, gates, hold, state, repository, releases, socket } = places;
  const pushed = dirname(releases);
  const all: WantedDirectory[] = [
    { path: dirname(configFile), mode: 0o755, purpose: 'settings' },
    { path: gates, mode: 0o755, purpose: 'gates, which only you open' },
    { path: hold, mode: 0o755, purpose: 'what is to be left alone' },
    { path: state, mode: 0o700, owner: SERVICE_USER, purpose: 'history and memory' },
    { path: pushed, mode: 0o755, owner: PUSH_USER, purpose: 'what is pushed' },
    { path: releases, mode: 0o755, owner: PUSH_USER, purpose: 'one directory a release' },
    { path: join(releases, 'incoming'), mode: 0o755, owner: PUSH_USER, purpose: 'pushes that are being checked' },
    ...(root === ''
      ? [{ path: join(pushed, '.ssh'), mode: 0o700, owner: PUSH_USER, purpose: 'keys of those who may push' }]
      : // On the host systemd makes it anew at each start.
        [{ path: dirname(socket), mode: 0o755, purpose: 'sockets' }]),
    { path: dirname(desired), mode: 0o755, purpose: 'the link to what is current' },
    { path: dirname(repository), mode: 0o755, owner: PUSH_USER, purpose: 'the repository' },
  ];
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}
