import { expect } from 'chai';
import { registered } from '../../../scripts/docs/metrics.ts';
import { proxyPattern } from '../../../scripts/docs/routes.ts';
import { withSection } from '../../../scripts/docs/sections.ts';
import { allowedRoute } from '../../../src/engine/allowed-route.ts';
import { API_VERSION } from '../../../src/engine/connection.ts';
import { ROUTES } from '../../../src/engine/routes.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { readPage } from '../../support/documentation/blocks.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ALL = Object.values(ROUTES);
const LOOKING = ALL.filter(({ by }) => by === 'look');

describe('what is generated into the documentation', () => {
  it('has every route with its reason in docs/security.md', () => {
    const page = readPage('docs/security.md').replace(/ +/g, ' ');
    for (const { method, path, why, by } of ALL)
      expect(page).to.contain(
        `| \`${method} ${path}\` | ${why} | ${by === 'look' ? 'all that look, ' : ''}\`run\`, \`apply\` |`,
      );
  });

  it('has expressions for a proxy that let through what the adapter sends, and nothing else', () => {
    const page = readPage('docs/security.md');
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const pattern = proxyPattern(ALL, method);
      expect(page).to.contain(pattern);
      for (const route of ALL) {
        const path = `/${API_VERSION}${route.path.replace('{image}', 'r.example%3A5000/a/b%3A1').replace(/\{\w+\}/, 'web')}`;
        expect(new RegExp(pattern).test(path), `${method} ${path}`).to.equal(allowedRoute(method, path) !== undefined);
      }
      for (const path of [
        '/v1.41/exec/1/start',
        '/v1.41/containers/../secrets',
        '/v1.41/secrets',
        '/info',
        '/v1.41/info/x',
      ])
        expect(new RegExp(pattern).test(path), `${method} ${path}`).to.equal(false);
    }
    expect(page).to.contain(`GET     ${proxyPattern(LOOKING, 'GET')}`);
    expect(LOOKING.every(({ method }) => method === 'GET')).to.equal(true);
  });

  it('has every metric that a fresh operator tells in docs/metrics.md, and says what each is', async () => {
    const page = readPage('docs/metrics.md');
    const text = await new Metrics({ clock: new FakeClock(), version: '1' }).text();
    const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(told.length).to.be.greaterThan(40);
    for (const [, name = '', type = ''] of told)
      expect(page).to.match(new RegExp(`^\\| \`${name}\` +\\| ${type} `, 'm'));
    for (const { name, help } of registered()) expect(help, name).to.match(/^[A-Z].{10,}\.$/);
  });

  it('is written into its part of a page and nowhere else', () => {
    const page = 'a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb\n';
    expect(withSection(page, 'x', 'new')).to.equal('a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb\n');
    expect(() => withSection(page, 'y', 'new')).to.throw('no part <!-- generated: y -->');
  });
});
