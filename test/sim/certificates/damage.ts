import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import type { Chance } from './chance.ts';

const FILES = ['tls.key', 'tls.crt', 'ca.crt'] as const;
const MODES = [0o644, 0o666, 0o400, 0o440, 0o777, 0o600];

export interface Damage {
  /** For people. */
  readonly what: string;
  /** Absent: the operator mends it by itself. */
  readonly mend?: () => void;
}

interface Scene {
  readonly spec: CertificateSpec;
  readonly other: CertificateSpec;
  readonly bundle: string;
  readonly chance: Chance;
  readonly now: number;
}

type Act = (scene: Scene) => string | Damage | undefined;

/** Something happens to the files of one Certificate; undefined: there was nothing to damage. */
export function damage(scene: Scene): Damage | undefined {
  const done = scene.chance.pick(ACTS)(scene);
  return typeof done === 'string' ? { what: done } : done;
}

const ACTS: readonly Act[] = [
  inPlace('truncate', (path) => truncateSync(path, lstatSync(path).size >> 1)),
  inPlace('empty', (path) => truncateSync(path, 0)),
  inPlace('garbage', (path) => overwrite(path, 'nobody knows what this is\n')),
  inPlace('one byte of', (path) => {
    const content = readFileSync(path);
    content[content.length >> 1] = 64;
    overwrite(path, content);
  }),
  inPlace('delete', (path) => rmSync(path)),
  inPlace('chmod', (path, { chance }) => chmodSync(path, chance.pick(MODES))),
  inPlace('swap', (path, { other }) => {
    const elsewhere = join(other.directory, '..data', path.slice(path.lastIndexOf('/') + 1));
    if (!existsSync(elsewhere)) return;
    const [mine, theirs] = [readFileSync(path), readFileSync(elsewhere)];
    overwrite(path, theirs);
    overwrite(elsewhere, mine);
  }),
  ({ spec, chance }) => {
    const path = join(spec.directory, chance.pick(FILES));
    if (!isThere(spec.directory)) return undefined;
    rmSync(path, { force: true, recursive: true });
    const target = chance.pick(['..data/tls.crt', '/dev/null', '..elsewhere/tls.key']);
    symlinkSync(target, path);
    return `${path} leads to ${target}`;
  },
  ({ spec, chance }) => {
    const path = join(spec.directory, chance.pick(FILES));
    if (!isThere(path)) return undefined;
    rmSync(path, { force: true, recursive: true });
    if (chance.happens(0.5)) return `no ${path}`;
    writeFileSync(path, 'a file instead\n');
    return `${path} is a file`;
  },
  ({ spec }) => {
    if (!isThere(spec.directory)) return undefined;
    rmSync(join(spec.directory, '..data'), { force: true, recursive: true });
    return `no ${spec.directory}/..data`;
  },
  ({ spec }) => {
    const version = versionOf(spec.directory);
    if (version === undefined) return undefined;
    rmSync(join(spec.directory, version), { recursive: true, force: true });
    return `no ${spec.directory}/${version}`;
  },
  ({ spec }) => {
    if (!isThere(spec.directory)) return undefined;
    rmSync(spec.directory, { recursive: true });
    return `no ${spec.directory}`;
  },
  ({ spec, chance }) => {
    if (!isThere(spec.directory)) return undefined;
    chmodSync(spec.directory, chance.pick(MODES) | 0o700);
    return `chmod ${spec.directory}`;
  },
  ({ spec, now }) => {
    if (!isThere(spec.directory)) return undefined;
    const version = join(spec.directory, `..${now - 7}-deadbeef`);
    mkdirSync(version, { mode: 0o700 });
    writeFileSync(join(version, 'tls.key'), '-----BEGIN PRIV', { mode: 0o600 });
    for (const [name, target] of [['..data.next', `..${now - 7}-deadbeef`] as const])
      if (!isThere(join(spec.directory, name))) symlinkSync(target, join(spec.directory, name));
    mkdirSync(join(spec.directory, '..pending.next'), { recursive: true });
    return `leftovers in ${spec.directory}`;
  },
  ({ spec, chance }) => {
    const path = chance.pick([spec.certificate, spec.key]);
    if (!isThere(path)) return undefined;
    rmSync(path);
    if (chance.happens(0.6)) return `no ${path}`;
    writeFileSync(path, 'of a human\n');
    return { what: `${path} is the human's`, mend: () => rmSync(path, { force: true }) };
  },
  ({ spec, other }) => {
    if (!isThere(spec.key) || lstatSync(spec.key).isFile()) return undefined;
    rmSync(spec.key);
    symlinkSync(join(other.directory, 'tls.key'), spec.key);
    return `${spec.key} leads to another one's`;
  },
  ({ bundle, chance }) => {
    if (!isThere(bundle)) return undefined;
    if (chance.happens(0.5)) rmSync(bundle);
    else overwrite(bundle, chance.pick(['', 'garbage\n', readFileSync(bundle).subarray(0, 300)]));
    return `${bundle} damaged`;
  },
  ({ spec }) => {
    const path = join(spec.directory, '..data');
    if (!isThere(path)) return undefined;
    rmSync(path, { recursive: true });
    writeFileSync(path, 'a file\n');
    return { what: `${path} is a file`, mend: () => rmSync(path, { recursive: true, force: true }) };
  },
  ({ spec, chance }) => {
    const version = versionOf(spec.directory);
    if (version === undefined) return undefined;
    const path = join(spec.directory, version, chance.pick(FILES));
    rmSync(path, { force: true, recursive: true });
    symlinkSync('/dev/null', path);
    return { what: `${path} is a symlink`, mend: () => rmSync(path, { force: true }) };
  },
  ({ spec, chance }) => {
    const pending = join(spec.directory, '..pending');
    if (!isThere(pending)) return undefined;
    const name = chance.pick(['tls.key', 'request.csr', 'identity', '']);
    rmSync(join(pending, name), { recursive: true, force: true });
    return `no ${pending}/${name}`;
  },
  ({ spec, chance }) => {
    const path = chance.pick([spec.request, spec.signed]);
    if (!isThere(spec.request)) return undefined;
    if (chance.happens(0.5)) rmSync(path, { force: true });
    else overwrite(path, 'garbage\n');
    return path === spec.signed
      ? { what: `${path} is garbage`, mend: () => rmSync(path, { force: true }) }
      : `${path} damaged`;
  },
];

/** Something that is done to one of the three files that are live. */
function inPlace(what: string, act: (path: string, scene: Scene) => void): Act {
  return (scene) => {
    const path = join(scene.spec.directory, '..data', scene.chance.pick(FILES));
    if (!existsSync(path)) return undefined;
    act(path, scene);
    if (existsSync(path)) utimesSync(path, scene.now / 1000, scene.now / 1000);
    return `${what} ${path}`;
  };
}

/** Like an editor that writes in place: mode and inode stay. */
function overwrite(path: string, content: string | Buffer): void {
  writeFileSync(path, content);
}

function versionOf(directory: string): string | undefined {
  const link = join(directory, '..data');
  if (!isThere(link) || !lstatSync(link).isSymbolicLink()) return undefined;
  const name = readlinkSync(link);
  return readdirSync(directory).includes(name) ? name : undefined;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
