import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a directory for each test of a `describe` block, without symlinks in its path. They are removed after the whole
 * block: what a test closes in a hook of its own may still write there.
 */
export function temporaryDirectory(name: string): () => string {
  const made: string[] = [];
  beforeEach(() => {
    made.push(realpathSync(mkdtempSync(join(tmpdir(), `bastion-${name}-`))));
  });
  after(() => {
    for (const directory of made) rmSync(directory, { recursive: true, force: true });
  });
  return () => made.at(-1) ?? '';
}
