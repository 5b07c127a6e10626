import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a directory for the tests of a `describe` block, without symlinks in its path, and removes it afterwards. */
export function temporaryDirectory(name: string): () => string {
  let directory = '';
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), `bastion-${name}-`)));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}
