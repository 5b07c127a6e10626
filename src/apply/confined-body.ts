import type { ContainerCreateBody } from '../engine/wire.ts';

/** Labels of throw-away containers; the second says whose, so that leftovers of a crash can be removed. */
export const CHECK_LABEL = 'lab.bastion.check';
export const CHECK_STATE_LABEL = 'lab.bastion.check-state';

/** Threads count, too: a program in Go has some for every processor. */
const PIDS = 256;

/** A program that is run once in a throw-away container. */
export interface Confined {
  readonly image: string;
  readonly command: readonly string[];
  /** Absent: the image's. */
  readonly user?: string;
  /** What it sees of the host, read-only. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  /** Empty directories in memory, by path inside, with their options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly memory: number;
}

/** The container of such a program: no network, no capabilities, a read-only root. `state` tells whose it is. */
export function confinedBody(wanted: Confined, state: string): ContainerCreateBody {
  const { image, command, user, mounts, tmpfs, memory } = wanted;
  return {
    Image: image,
    Entrypoint: command.slice(0, 1),
    Cmd: command.slice(1),
    ...(user === undefined ? {} : { User: user }),
    Labels: { [CHECK_LABEL]: '1', [CHECK_STATE_LABEL]: state },
    // The image's own health check would only be in the way.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: PIDS,
      Memory: memory,
      MemorySwap: memory,
      Tmpfs: tmpfs,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      Mounts: mounts.map(({ source, target }) => ({ Type: 'bind', Source: source, Target: target, ReadOnly: true })),
    },
  };
}
