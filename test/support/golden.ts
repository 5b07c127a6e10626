import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/desired/package-root.ts';

/**
 * Compares text with a file below test/. `BASTION_GOLDEN=write` writes the file instead: then look at the difference
 * before it is committed, for it is what users will see.
 */
export function expectGolden(name: string, actual: string): void {
  const path = join(packageRoot(), 'test', name);
  if (process.env['BASTION_GOLDEN'] === 'write') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  const wanted = existsSync(path) ? readFileSync(path, 'utf8') : '';
  expect(actual, `${name} differs; where that is meant, run the test again with BASTION_GOLDEN=write`).to.equal(wanted);
}
