/**
 * Writes src/model/manifest-types.ts from the schemas in crds-like/. With --check it writes nothing and fails when
 * the file is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderManifestTypes } from './manifest-types.ts';

const target = new URL('../src/model/manifest-types.ts', import.meta.url);
const wanted = await renderManifestTypes();
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== wanted) {
    process.stderr.write('src/model/manifest-types.ts is not current: run npx tsx scripts/generate-types.ts\n');
    process.exitCode = 1;
  }
} else writeFileSync(target, wanted);
