/**
 * `npm run generate`: writes desired-state/dashboards/ from dashboards/. With --check it writes nothing and fails when a
 * file is missing, not current, or belongs to no dashboard.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { dashboardFiles } from '../dashboards/all.ts';

const directory = fileURLToPath(new URL('../desired-state/dashboards/', import.meta.url));
const files = dashboardFiles();
const present = existsSync(directory) ? readdirSync(directory) : [];
const left = present.filter((name) => !files.has(name));
if (process.argv.includes('--check')) {
  const isCurrent = (name: string, text: string): boolean =>
    present.includes(name) && readFileSync(join(directory, name), 'utf8') === text;
  const wrong = [...left, ...[...files].filter(([name, text]) => !isCurrent(name, text)).map(([name]) => name)];
  if (wrong.length > 0) {
    process.stderr.write(`desired-state/dashboards is not current (${wrong.join(', ')}): run npm run generate\n`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(directory, { recursive: true });
  for (const name of left) rmSync(join(directory, name));
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
}
