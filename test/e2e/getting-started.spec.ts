import { createServer } from 'node:net';
import { join } from 'node:path';
import { blocksOf } from '../support/documentation/blocks.ts';
import { PageRunner } from '../support/documentation/run-page.ts';
import { EngineProxy } from '../support/engine-proxy.ts';
import { PATIENCE } from '../support/operator.ts';
import { requireProgram } from '../support/require-program.ts';
import { Workplace } from '../support/workplace.ts';
import { allowedRoute } from '../../src/engine/allowed-route.ts';
import { API_VERSION } from '../../src/engine/connection.ts';
import { expect } from 'chai';
import { skipBecause } from '../support/skip.ts';

const PAGE = 'docs/getting-started.md';

/** The heading from which on the operator of the second terminal does not run any more. */
const STOPPED_BEFORE = 'mkdir -p ~/bastion-try/stack';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

describe('docs/getting-started.md, as a person would follow it', function () {
  this.timeout(120_000);
  let place: Workplace;
  let proxy: EngineProxy;
  let page: PageRunner;
  let failed = false;

  before(async function () {
    await requireProgram(this, 'docker');
    await requireProgram(this, 'curl');
    place = await Workplace.open(this, 'started');
    proxy = new EngineProxy(place.host, join(place.directory, 'engine.sock'));
    await proxy.open();
    const names = place.instance.replace(/^e2e-started-/, 'try-');
    page = new PageRunner({
      env: {
        ...process.env,
        HOME: place.directory,
        DOCKER_HOST: proxy.host,
        BASTION_LISTEN: 'none',
        NO_COLOR: '1',
      },
      prelude: '[ ! -f ~/bastion-try/env ] || . ~/bastion-try/env',
      // A name for each run, since several may share an engine; the image that this engine has; a port that is free.
      replace: { 'try-': `${names}-`, 'busybox:1.36.1': place.image, '8088': String(await freePort()) },
      within: PATIENCE,
    });
  });

  after(async () => {
    await page?.close();
    await proxy?.close();
    if (place !== undefined) {
      const mine = place.instance.replace(/^e2e-started-/, 'try-');
      for (const container of await place.engine.listContainers())
        if (container.Names.some((name) => name.startsWith(`/${mine}-`)))
          await place.engine.removeContainer(container.Id, true);
    }
    await place?.close();
  });

  for (const block of blocksOf(PAGE).filter(({ mark }) => mark === 'run' || mark === 'terminal'))
    it(`line ${block.line}: ${block.text.split('\n')[0] ?? ''}`, async function () {
      // Each block builds on those before it.
      if (failed) return skipBecause(this, 'a block before it failed');
      failed = true;
      if (block.text.includes(STOPPED_BEFORE)) await page.close();
      await page.block(block);
      failed = false;
    });

  it('leaves nothing behind, and needed no route of the engine that is not on the list', async function () {
    if (failed) return skipBecause(this, 'a block of the page failed');
    const names = (await place.engine.listContainers()).flatMap(({ Names }) => Names);
    expect(names.filter((name) => name.includes(place.instance.slice('e2e-started-'.length)))).to.deep.equal([]);
    const mine = proxy.requests.filter(
      ({ method, path }) => allowedRoute(method, `/${API_VERSION}${path}`) === undefined,
    );
    // `docker` itself pings, and asks for what is its own.
    expect(
      mine.filter(({ path }) => !path.startsWith('/_ping')).map(({ method, path }) => `${method} ${path}`),
    ).to.deep.equal([]);
  });
});
