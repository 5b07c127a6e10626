import type { ObservedContainer } from '../model/observed.ts';
import type { DesiredState } from '../model/resource.ts';
import { realHostFiles, type HostFiles } from './host-files.ts';
import type { SeenMount } from './mounts/mount-table.ts';
import { deviceText, mountsOnWay } from './mounts/mounts-on-way.ts';
import { sameRecord, same } from './same.ts';

const CGROUP_LIMIT = 16 * 1024;
const MOUNTS_LIMIT = 256 * 1024;

/**
 * Finds containers that were started when another directory was at the path that they mount, or before its disk was
 * mounted over it: they go on using the one that nobody else sees any more. Known by device and inode, as the
 * container's own process sees them; where that cannot be seen (another machine, no right to it), nothing is claimed.
 */
export class StrayMounts {
  readonly #files: HostFiles;
  /** Processes that were seen to be those of their containers: `<container id> <pid>`. */
  #processes = new Set<string>();
  #last: Readonly<Record<string, readonly string[]>> = {};

  constructor(files: HostFiles = realHostFiles) {
    this.#files = files;
  }

  /** By container id, the host directories with a sentinel that it mounts and does not see; sorted. Never rejects. */
  async observe(
    { resources }: DesiredState,
    containers: readonly ObservedContainer[],
  ): Promise<Readonly<Record<string, readonly string[]>>> {
    const marked = new Set<string>();
    for (const { kind, spec } of resources) if (kind === 'Directory' && spec.sentinel === true) marked.add(spec.path);
    const found: Record<string, readonly string[]> = {};
    const processes = new Set<string>();
    for (const container of marked.size === 0 ? [] : containers) {
      const mounts = bindMounts(container).filter(({ source }) => marked.has(source));
      const { pid } = container;
      if (pid === undefined || mounts.length === 0 || !(await this.#isProcessOf(container.id, pid, processes)))
        continue;
      const stray: string[] = [];
      for (const mount of mounts) if (await this.#isStray(pid, mount)) stray.push(mount.source);
      if (stray.length > 0) found[container.id] = same(this.#last[container.id], stray.sort());
    }
    this.#processes = processes;
    this.#last = sameRecord(this.#last, found);
    return this.#last;
  }

  async #isStray(pid: number, { source, target }: Mount): Promise<boolean> {
    try {
      const outside = await this.#files.status(source, 'follow');
      if (outside === undefined) return false;
      // What is unmounted here, because its server is gone, may still be mounted there, and whoever touches it hangs.
      const table = await this.#files.read(`/proc/${pid}/mountinfo`, 'keep', MOUNTS_LIMIT);
      const way = mountsOnWay(table.toString('utf8'), target);
      const isUnknown = ({ isDistant, device }: SeenMount): boolean => isDistant && device !== deviceText(outside.dev);
      if (way.slice(-1).some(isUnknown)) return true;
      if (way.some(isUnknown)) return false;
      const inside = await this.#files.status(`/proc/${pid}/root${target}`, 'follow');
      return inside !== undefined && identity(outside) !== identity(inside);
    } catch {
      return false;
    }
  }

  /** A process number means something only where the engine's machine and ours are the same. */
  async #isProcessOf(id: string, pid: number, processes: Set<string>): Promise<boolean> {
    const name = `${id} ${pid}`;
    if (!this.#processes.has(name)) {
      try {
        const groups = await this.#files.read(`/proc/${pid}/cgroup`, 'keep', CGROUP_LIMIT);
        if (!groups.toString('utf8').includes(id)) return false;
      } catch {
        return false;
      }
    }
    processes.add(name);
    return true;
  }
}

interface Mount {
  readonly source: string;
  readonly target: string;
}

function bindMounts({ fields }: ObservedContainer): Mount[] {
  return Object.entries(fields).flatMap(([path, value]) => {
    if (!path.startsWith('volumes.') || typeof value !== 'object' || value === null) return [];
    const { type, source } = value as Readonly<Record<string, unknown>>;
    return type === 'bind' && typeof source === 'string' ? [{ source, target: path.slice('volumes.'.length) }] : [];
  });
}

function identity({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
