import { readFile } from 'node:fs/promises';

const CONTAINER_ID = /[0-9a-f]{64}/;

/**
 * Id of the container in which this process runs; undefined outside of one. With cgroup v1 the id is in
 * /proc/self/cgroup; with cgroup v2 (private namespace) only the bind mounts of /etc/hostname and its like show it.
 *
 * @param read reads a file of /proc, for tests
 */
export async function ownContainerId(
  read: (path: string) => Promise<string> = (path) => readFile(path, 'utf8'),
): Promise<string | undefined> {
  const fromCgroup = idIn(await quietly(read, '/proc/self/cgroup'), /[/-]/, (line) => line.split(':').at(-1) ?? '');
  if (fromCgroup !== undefined) return fromCgroup;
  const mounts = (await quietly(read, '/proc/self/mountinfo')).split('\n');
  // Fourth column: the mount's root within its file system, `<data root>/containers/<id>/hostname`.
  const hostname = mounts.find((line) => line.split(' ')[4] === '/etc/hostname') ?? '';
  return /\/containers\/([0-9a-f]{64})\//.exec(hostname.split(' ')[3] ?? '')?.[1];
}

function idIn(text: string, separator: RegExp, column: (line: string) => string): string | undefined {
  for (const line of text.split('\n')) {
    const path = column(line);
    if (!path.includes('docker')) continue;
    const id = path.split(separator).map((part) => CONTAINER_ID.exec(part)?.[0]);
    const found = id.findLast((part) => part !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Not being able to read /proc (another operating system, a sandbox) means "not known to run in a container". */
async function quietly(read: (path: string) => Promise<string>, path: string): Promise<string> {
  try {
    return await read(path);
  } catch {
    return '';
  }
}
