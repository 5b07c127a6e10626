import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync, statSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isLeftOut } from '../../model/build-context.ts';
import type { FileDigests } from '../file-digests.ts';
import type { Field } from '../field.ts';
import { isMissing, readErrorText } from '../../model/read-error-text.ts';

const LARGEST_CONTEXT = { files: 20_000, bytes: 512 << 20 };

/**
 * sha256 hex over the names, modes and contents below a build context (less what isLeftOut), so that a changed context is a
 * changed spec. Undefined after reporting what is wrong.
 */
export function digestDirectory(directory: string, digests: FileDigests, field: Field): string | undefined {
  const hash = createHash('sha256');
  const left = { ...LARGEST_CONTEXT };
  const visit = (relative: string): void => {
    for (const name of readdirSync(join(directory, relative)).sort()) {
      if (isLeftOut(name)) continue;
      const path = relative === '' ? name : `${relative}/${name}`;
      const stat = lstatSync(join(directory, path));
      left.files -= 1;
      left.bytes -= stat.isFile() ? stat.size : 0;
      if (left.files < 0 || left.bytes < 0) throw new Error('it is too large: keep what is not built elsewhere');
      hash.update(`${path}\0${stat.mode.toString(8)}\0`);
      if (stat.isDirectory()) visit(path);
      else if (stat.isSymbolicLink()) hash.update(readlinkSync(join(directory, path)));
      else if (stat.isFile()) hash.update(digests.of(join(directory, path)));
    }
  };
  try {
    if (!statSync(directory).isDirectory()) return field.error('is not a directory');
    visit('');
    return hash.digest('hex');
  } catch (error) {
    return field.error(
      isMissing(error)
        ? `there is no directory ${directory}: add it (git add, too), or correct the path`
        : `cannot be read: ${readErrorText(error)}`,
      'file',
    );
  }
}
