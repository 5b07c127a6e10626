import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as operatorModule from '../../src/cli/operator.ts';
import { precompiledSchemas } from '../../scripts/support/precompiled-schemas.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type OperatorModule = Pick<typeof operatorModule, 'createOperator'>;

/** The operator as the build has it, with compiled schemas, to be measured within this process. */
export async function builtOperator(): Promise<OperatorModule> {
  const outfile = join(ROOT, '.cache', 'bench', `operator-${process.pid}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/operator.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    minifySyntax: true,
    logLevel: 'warning',
    plugins: [precompiledSchemas],
  });
  try {
    return (await import(pathToFileURL(outfile).href)) as OperatorModule;
  } finally {
    await rm(outfile, { force: true });
  }
}
