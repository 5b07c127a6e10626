/**
 * `npm run generate`: writes what docs/ tells of schemas, routes and metrics. With --check it writes nothing and fails when
 * a page is not current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { kindsPage } from './docs/kinds.ts';
import { metricsTable } from './docs/metrics.ts';
import { proxyPatterns, routesTable } from './docs/routes.ts';
import { withSection } from './docs/sections.ts';

/** Of each page, what it should be, given what it is. */
const PAGES: Readonly<Record<string, (present: string) => string>> = {
  'docs/kinds.md': kindsPage,
  'docs/security.md': (present) => withSection(withSection(present, 'routes', routesTable()), 'proxy', proxyPatterns()),
  'docs/metrics.md': (present) => withSection(present, 'metrics', metricsTable()),
};

const check = process.argv.includes('--check');
for (const [name, render] of Object.entries(PAGES)) {
  const target = new URL(`../${name}`, import.meta.url);
  const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
  const config = await resolveConfig(target);
  const wanted = await format(render(present), { ...config, parser: 'markdown' });
  if (wanted === present) continue;
  if (!check) writeFileSync(target, wanted);
  else {
    process.stderr.write(`${name} is not current: run npm run generate\n`);
    process.exitCode = 1;
  }
}
