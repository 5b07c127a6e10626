import type { MountSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readMode } from './file-mode.ts';
import { readAbsolutePath } from './host-path.ts';
import { readSize } from './size.ts';

/** A mount in either form. */
export type MountEntry = NonNullable<ContainerManifest['spec']['volumes']>[number];
type LongMount = Exclude<MountEntry, string>;

const PROPAGATIONS = new Set(['shared', 'slave', 'private', 'rshared', 'rslave', 'rprivate']);
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Mounts in short and long form, sorted by target. */
export function readMounts(entries: readonly MountEntry[], field: Field): MountSpec[] {
  const byTarget = new Map<string, MountSpec>();
  entries.forEach((entry, position) => {
    const at = field.at(position);
    const mount = readMount(entry, at);
    if (mount === undefined) return;
    if (byTarget.has(mount.target)) at.error(`mounts a second thing at ${mount.target}: one must go`);
    byTarget.set(mount.target, mount);
  });
  return [...byTarget.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** One mount in either form; undefined after reporting what is wrong. */
export function readMount(entry: MountEntry, field: Field): MountSpec | undefined {
  return typeof entry === 'string' ? readShort(entry, field) : readLong(entry, field);
}

function readShort(text: string, field: Field): MountSpec | undefined {
  const parts = text.split(':');
  if (parts.length > 3 || parts.some((part) => part === ''))
    return field.error('is not a mount: write [SOURCE:]TARGET[:OPTIONS], such as data:/data or /opt/web:/www:ro');
  const [source, target, options] = parts.length === 1 ? [undefined, parts[0], undefined] : parts;
  const path = readAbsoluteTarget(target ?? '', field);
  if (path === undefined) return undefined;
  const type = source?.startsWith('/') === true ? 'bind' : 'volume';
  const from = source === undefined ? undefined : readSource(type, source, field);
  const details = readOptions(type, options?.split(',') ?? [], field);
  if ((source !== undefined && from === undefined) || details === undefined) return undefined;
  return { type, ...(from === undefined ? {} : { source: from }), target: path, ...details };
}

function readOptions(
  type: 'bind' | 'volume',
  options: readonly string[],
  field: Field,
): Pick<MountSpec, 'read_only' | 'propagation' | 'nocopy'> | undefined {
  let read_only = false;
  let propagation: string | undefined;
  let nocopy = false;
  for (const option of options) {
    if (option === 'ro') read_only = true;
    else if (option === 'rw') read_only = false;
    else if (option === 'nocopy' && type === 'volume') nocopy = true;
    else if (PROPAGATIONS.has(option) && type === 'bind') propagation = option;
    else if (option === 'z' || option === 'Z')
      return field.error(`has the SELinux option ${option}, which is not supported: label the path on the host`);
    else
      return field.error(
        `has an option that is not supported for a ${type}: known are ro, rw, ${type === 'bind' ? 'and the propagations' : 'nocopy'}`,
      );
  }
  return {
    read_only,
    ...(propagation === undefined || propagation === 'rprivate' ? {} : { propagation }),
    ...(nocopy ? { nocopy } : {}),
  };
}

function readLong(entry: LongMount, field: Field): MountSpec | undefined {
  const foreign = (['bind', 'volume', 'tmpfs'] as const).find(
    (type) => type !== entry.type && entry[type] !== undefined,
  );
  if (foreign !== undefined) return field.at(foreign).error(`does not belong to a mount of type ${entry.type}`);
  const target = readAbsoluteTarget(entry.target, field.at('target'));
  if (entry.type === 'tmpfs' && entry.source !== undefined)
    return field.at('source').error('does not belong to a mount of type tmpfs');
  if (entry.type === 'bind' && entry.source === undefined) return field.error('is a bind mount without source');
  const source = entry.source === undefined ? undefined : readSource(entry.type, entry.source, field.at('source'));
  if (target === undefined || (entry.source !== undefined && source === undefined)) return undefined;
  const propagation = entry.bind?.propagation;
  const size = entry.tmpfs?.size === undefined ? undefined : readSize(entry.tmpfs.size, field.at('tmpfs', 'size'));
  const mode = entry.tmpfs?.mode === undefined ? undefined : readMode(entry.tmpfs.mode, field.at('tmpfs', 'mode'));
  return {
    type: entry.type,
    ...(source === undefined ? {} : { source }),
    target,
    read_only: entry.read_only,
    ...(propagation === undefined || propagation === 'rprivate' ? {} : { propagation }),
    ...(entry.volume?.nocopy === true ? { nocopy: true } : {}),
    ...(size === undefined || size === 0 ? {} : { tmpfs_size: size }),
    ...(mode === undefined ? {} : { tmpfs_mode: mode }),
  };
}

function readAbsoluteTarget(text: string, field: Field): string | undefined {
  const target = readAbsolutePath(text, field);
  return target === '/' ? field.error('mounts over the root of the container') : target;
}

function readSource(type: MountSpec['type'], text: string, field: Field): string | undefined {
  if (type === 'bind') {
    if (!text.startsWith('/'))
      return field.error(
        'must be an absolute path on the host: there is no project directory that it could be relative to',
      );
    return readAbsolutePath(text, field);
  }
  if (VOLUME_NAME.test(text)) return text;
  return field.error(
    /^[.~]/.test(text)
      ? 'is a relative path: write the absolute path on the host'
      : 'is neither an absolute path nor the name of a Volume',
  );
}
