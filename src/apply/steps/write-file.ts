import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileSpec } from '../../model/file-specs.ts';
import type { StepArguments } from '../../model/step.ts';
import { openItself, writeAtomically } from '../atomic-file.ts';
import type { StepContext } from '../context.ts';
import { keepLastGood } from '../last-good.ts';
import { keepOriginal } from '../originals.ts';
import { applyOwnership, resolveOwner } from '../owner.ts';
import { requireRealParents, statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/**
 * Makes a file's content, owner and mode as wanted. What was live before is kept first; if that cannot be kept, the
 * file is not touched.
 *
 * @throws StepError UNSAFE_PATH, UNKNOWN_OWNER, FILE_CHANGED; file system errors
 */
export async function writeFile(
  { spec, replaces }: StepArguments['WriteFile'],
  { stateDirectory }: StepContext,
): Promise<void> {
  const exists = await requireWritableFile(spec.path);
  const owner = await resolveOwner(spec);
  const previous = exists ? await readFile(spec.path) : undefined;
  if (previous !== undefined && digestOf(previous) === spec.digest) {
    // An interrupted try came this far; keeping this content as the previous one would lose the real one.
    const handle = await openItself(spec.path);
    try {
      await applyOwnership(handle, owner, spec.mode);
    } finally {
      await handle.close();
    }
    return;
  }
  if (replaces !== undefined) await keepOriginal(stateDirectory, spec.path, requireSame(spec.path, previous, replaces));
  await keepLastGood(stateDirectory, spec.path, previous);
  await writeAtomically(spec.path, contentOf(spec), owner, spec.mode);
}

/**
 * Somebody else's file as it was planned with: what its owner wrote meanwhile must not be lost.
 *
 * @param content undefined: it is gone
 * @throws StepError FILE_CHANGED
 */
export function requireSame(path: string, content: Buffer | undefined, digest: string): Buffer {
  if (content !== undefined && digestOf(content) === digest) return content;
  throw new StepError('FILE_CHANGED', `${path} was changed by somebody else in this moment; it is looked at again.`);
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The bytes that a spec wants. */
export function contentOf(spec: FileSpec): Buffer {
  return Buffer.from(spec.content, spec.encoding);
}

/**
 * Whether there is a file at the path already.
 *
 * @throws StepError UNSAFE_PATH when something else is there, or the way to it is not safe or missing
 */
export async function requireWritableFile(path: string): Promise<boolean> {
  const missing = await requireRealParents(path);
  if (missing.length > 0) {
    throw new StepError(
      'UNSAFE_PATH',
      `${path}: ${dirname(path)} does not exist; declare it as a Directory, or make it.`,
    );
  }
  const status = await statusAt(path);
  if (status === undefined || status.isFile()) return status !== undefined;
  const found = status.isSymbolicLink() ? 'a symlink' : status.isDirectory() ? 'a directory' : 'a special file';
  throw new StepError('UNSAFE_PATH', `${path} is ${found} and is not replaced: move it away or choose another path.`);
}
