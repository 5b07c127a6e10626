import { seenMounts, type SeenMount } from './mount-table.ts';

/**
 * The mounts that the way to a path leads through, the one on which it lies last; symlinks are not followed.
 *
 * @param text of the mountinfo of whoever goes there
 * @param path absolute and plain
 */
export function mountsOnWay(text: string, path: string): SeenMount[] {
  const reached = new Map<string, SeenMount>();
  // What was mounted at a place last covers the others.
  for (const mount of seenMounts(text))
    if (`${path}/`.startsWith(withSlash(mount.point))) reached.set(mount.point, mount);
  return [...reached.values()].sort((a, b) => a.point.length - b.point.length);
}

/** As mountinfo writes it (makedev(3)). */
export function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
