import { existsSync } from 'node:fs';
import { isAbsolute, join, posix, resolve } from 'node:path';
import type { Field } from '../field.ts';
import { packageRoot } from '../package-root.ts';
import { HostPlaces } from '../host-places.ts';
import { findForbidden } from '../policy/forbidden-places.ts';
import { resolveExisting } from '../real-path.ts';
import type { NormaliseContext } from './context.ts';
import { isWithin } from './host-path.ts';

/** Contexts that come with the program, and where they lie in its package. */
const SHIPPED: Readonly<Record<string, string>> = { 'bastion:adguard-exporter': 'dist/exporter-image' };

/**
 * The directory that a build context names, symlinks resolved: inside the desired state, or below an allowed root of
 * the host (with `--root` before it), and nothing of the operator's own. What is built from it may be run and read, so a
 * manifest must not reach for `/etc/ssh`. Undefined after reporting.
 */
export function readContextDirectory(text: string, context: NormaliseContext, field: Field): string | undefined {
  const shipped = SHIPPED[text];
  if (shipped !== undefined) return shippedDirectory(shipped, field);
  const prefix = context.root.replace(/\/+$/, '');
  const written = isAbsolute(text)
    ? resolve(`${prefix}/${text}`)
    : resolve(context.directory, posix.dirname(context.file), text);
  const silence = context.silenceAt?.(written);
  if (silence !== undefined) return field.error(`cannot be read: ${silence}`, 'file');
  const real = resolveExisting(written);
  const reserved = context.reserved
    .map((place) => resolveExisting(place))
    .find((place) => isWithin(real, place) || isWithin(place, real));
  if (reserved !== undefined)
    return field.error(
      `${reserved} belongs to the operator and its human and must not be part of an image`,
      'reserved-places',
    );
  if (isWithin(real, resolveExisting(context.directory))) return real;
  const places = new HostPlaces(prefix, context.silenceAt);
  const onHost = places.unprefixed(real);
  const isForbidden = findForbidden(onHost, false, places) !== undefined;
  if (!isForbidden && context.allowedRoots.some((root) => isWithin(onHost, places.real(root)))) return real;
  return field.error(
    `lies neither in the desired-state directory nor below an allowed root (${context.allowedRoots.join(', ')}): move it there`,
    'allowed-roots',
  );
}

function shippedDirectory(shipped: string, field: Field): string | undefined {
  const directory = join(packageRoot(), shipped);
  return existsSync(directory)
    ? directory
    : field.error(`comes with bastion, but ${directory} is not there: run npm run build, or install bastion again`);
}
