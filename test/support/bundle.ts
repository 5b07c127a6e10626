import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../scripts/support/run-command.ts';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..', '..');

/**
 * Path of the executable that a user runs. Its bundle is built first when it is missing or older than the sources.
 * BASTION_TEST_EXECUTABLE names another build to try.
 */
export async function builtExecutable(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const told = env['BASTION_TEST_EXECUTABLE'] ?? '';
  if (told !== '') return told;
  const bundle = join(ROOT, 'dist', 'bastion.js');
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < newest(join(ROOT, 'src'))) {
    const { code, output } = await runCommand(
      [process.execPath, '--import', 'tsx', join(ROOT, 'scripts', 'build.ts')],
      {},
    );
    if (code !== 0) throw new Error(`the bundle cannot be built:\n${output}`);
  }
  return join(ROOT, 'bin', 'bastion');
}

function newest(directory: string): number {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(directory, file)).mtimeMs));
}
