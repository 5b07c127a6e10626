import { readFileSync, realpathSync, statSync } from 'node:fs';
import { posix, resolve, sep } from 'node:path';
import { isMissing, readErrorText } from '../model/read-error-text.ts';

/** Content that is carried through plans and memory; larger things belong into an image or a volume. */
const LARGEST_SOURCE = 4 << 20;

/** Bytes of a file, or what is wrong with it and the rule that says so. */
export type Beside = { readonly bytes: Buffer } | { readonly problem: string; readonly rule: 'value' | 'file' };

/**
 * A file of the desired state that a manifest names. Nothing outside the desired-state directory is read, not through a
 * symlink either: what can be pushed must not be able to show what the host keeps.
 *
 * @param directory absolute path of the desired-state directory
 * @param manifest file of the manifest, relative to it
 * @param source path as written, relative to the manifest
 */
export function readBeside(directory: string, manifest: string, source: string): Beside {
  const refuse = (problem: string): Beside => ({ problem, rule: 'value' });
  if (source.startsWith('/')) return refuse('must be relative to the manifest: absolute paths differ between machines');
  try {
    const inside = realpathSync(directory);
    const real = realpathSync(resolve(directory, posix.dirname(manifest), source));
    if (!real.startsWith(inside + sep)) return refuse('lies outside the desired-state directory: move it inside');
    const stat = statSync(real);
    if (!stat.isFile()) return refuse('is not a regular file');
    if (stat.size > LARGEST_SOURCE)
      return refuse(`is larger than ${LARGEST_SOURCE} bytes: put it into an image or a volume`);
    return { bytes: readFileSync(real) };
  } catch (error) {
    const problem = isMissing(error)
      ? `there is no file ${source} beside the manifest: add it (git add, too), or correct the path`
      : `${source} cannot be read: ${readErrorText(error)}`;
    return { problem, rule: 'file' };
  }
}
