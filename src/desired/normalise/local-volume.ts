import type { VolumeSpec } from '../../model/specs.ts';
import type { Field } from '../field.ts';
import { plainPath } from './host-path.ts';

type Options = Readonly<Record<string, string>>;

/** All that the local driver takes (moby: volume/local). */
const KNOWN = ['type', 'o', 'device', 'size'];

/** Whether the volume is one of the engine's own driver, which hands `type`, `o` and `device` to mount(2) as root. */
function isLocal({ driver }: Pick<VolumeSpec, 'driver'>): boolean {
  return driver === 'local' || driver === '';
}

/** With `bind` among its flags, mount(2) takes no notice of the type. */
function isBind(options: Options): boolean {
  return (options['o'] ?? '').split(',').some((flag) => flag === 'bind' || flag === 'rbind');
}

/** Host path that a volume of the local driver binds, in plain form; undefined for every other volume. */
export function bindDevice(spec: Pick<VolumeSpec, 'driver' | 'driver_opts'>): string | undefined {
  const options = spec.driver_opts ?? {};
  const device = options['device'];
  return isLocal(spec) && isBind(options) && device?.startsWith('/') === true ? plainPath(device) : undefined;
}

/**
 * Reports what the local driver must not be told. It mounts whatever it is given, so only what is known to reach no
 * more of the host than it names is taken: tmpfs, NFS, CIFS, and binds of one directory, which other rules look at.
 * Options of other drivers are theirs. `field` stands for `driver_opts`.
 */
export function checkLocalOptions(spec: Pick<VolumeSpec, 'driver' | 'driver_opts'>, field: Field): void {
  const options = spec.driver_opts;
  if (options === undefined || !isLocal(spec)) return;
  for (const name of Object.keys(options).filter((name) => !KNOWN.includes(name)))
    field.at(name).error(`is not an option of the local driver: known are ${KNOWN.join(', ')}`);
  const { type = '', device = '' } = options;
  if (isBind(options)) checkBind(device, field.at('device'));
  else if (type === 'none') field.at('o').error('needs bind beside type none: o: bind');
  else if (type === 'nfs' || type === 'nfs4') {
    if (!/^[^/]*:\//.test(device)) field.at('device').error('must be :/path for NFS, with addr=... in o');
  } else if (type === 'cifs') {
    if (!/^\/\/[^/.][^/]*\/[^/]/.test(device)) field.at('device').error('must be //server/share for CIFS');
  } else if (type !== 'tmpfs' && (type !== '' || device !== '' || options['o'] !== undefined))
    field
      .at('type')
      .error(
        `${type === '' ? 'no type' : type} is not taken: use tmpfs, nfs, nfs4 or cifs, or none with o: bind for a directory of this host`,
      );
}

function checkBind(device: string, field: Field): void {
  if (!device.startsWith('/') || device.includes('\0'))
    field.error('must be an absolute path on the host, beginning with /');
  else if (plainPath(device) !== device) field.error(`write it as ${plainPath(device)}`);
}
