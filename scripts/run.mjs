// Entry of the npm scripts on a clean checkout: plain JavaScript that installs the dependencies when they are missing or
// older than the lock file, then runs scripts/<name>.ts in this very process, so that signals need no forwarding.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [name, ...rest] = process.argv.slice(2);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`bastion needs Node.js 20.19 or newer, this is ${process.version}.`);
  process.exit(1);
}
if (name === undefined || !existsSync(join(root, 'scripts', `${name}.ts`))) {
  console.error(`Usage: node scripts/run.mjs <name of a file scripts/<name>.ts> [arguments]; not found: ${name}`);
  process.exit(64);
}

installDependencies();
process.chdir(root);
process.argv = [process.argv[0], join(root, 'scripts', `${name}.ts`), ...rest];
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(join(root, 'scripts', `${name}.ts`)).href);

// npm writes node_modules/.package-lock.json last, so it is there, and newer than the lock file, only after a whole install.
function installDependencies() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing dependencies: npm ci');
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] };
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], options);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    console.error(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}); see its output above.`);
    process.exit(1);
  }
}
