import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { MutualTls, NOBODY, scrapeJob } from '../support/mutual-tls.ts';
import { conditionOf } from '../support/operator.ts';
import { testEngine } from '../support/test-engine.ts';

describe('the configuration of a real Prometheus, asked over mutual TLS', function () {
  this.timeout(180_000);
  let tls: MutualTls;

  before(async function () {
    tls = await MutualTls.open(this, 'loaded', ['prometheus']);
  });
  after(() => tls?.place.close());

  it('goes live when promtool takes it, counts when it is loaded, and comes back when it is not', async () => {
    const { place } = tls;
    const config = join(place.directory, 'config', 'prom');
    mkdirSync(config, { recursive: true });
    const path = join(config, 'prometheus.yml');
    const image = (await testEngine())?.images.prometheus.reference;
    const name = place.name('prom');
    const ask = { serverName: 'prom.lab', authority: 'root' };
    const content = (interval: string, more: object = {}): string =>
      stringify({
        // It scrapes itself, and such a scrape and a reload wait for each other until the scrape is given up.
        global: { scrape_interval: interval, scrape_timeout: '2s' },
        scrape_configs: [scrapeJob('self', 'prom.lab:9090', 'prom.lab')],
        ...more,
      });
    const check = {
      image,
      command: ['promtool', 'check', 'config', '{file}'],
      volumes: [`${tls.directory('prom')}:/pki`],
    };
    const file = (text: string, contains: string, spec: object = { check }): Manifest =>
      manifest('File', 'config', {
        path,
        content: text,
        ...spec,
        onChange: [
          {
            container: name,
            signal: 'SIGHUP',
            loaded: {
              ...{ port: 9090, path: '/api/v1/status/config', contains, within: '10s', tls: ask },
              and: [{ path: '/api/v1/status/runtimeinfo', contains: '"reloadConfigSuccess":true' }],
            },
          },
        ],
      });
    const container = tls.prometheus('prom', []);
    const want = (...given: Parameters<typeof file>): void =>
      place.desired.write(
        '10.yaml',
        tls.authority(),
        tls.certificate('prom', { owner: NOBODY }),
        tls.certificate('operator', { dnsNames: ['operator.lab'], usages: ['clientAuth'] }),
        tls.network(),
        file(...given),
        container,
      );
    const reason = (wanted: string, ...texts: string[]) =>
      operator.until((status) => {
        const condition = conditionOf(status, 'File/config', 'Degraded');
        expect(condition?.reason).to.equal(wanted);
        for (const text of texts) expect(condition?.message).to.include(text);
      });

    const isLoaded = (text: string) =>
      operator.until(async (status) => {
        expect(status.result).to.equal('converged');
        const { body } = await tls.ask('prom', 'prometheus', { path: '/api/v1/status/config' });
        expect(body).to.include(text);
      });

    want(content('7s'), 'scrape_interval: 7s');
    const operator = place.start();
    await operator.result('converged');

    want(content('8s'), 'scrape_interval: 8s');
    await isLoaded('scrape_interval: 8s');

    want(content('9s', { scrap_configs: [] }), 'scrape_interval: 9s');
    await reason('ConfigRejected', 'promtool check config', 'field scrap_configs not found');
    expect(readFileSync(path, 'utf8')).to.include('8s');

    // Nobody checks it: Prometheus itself is the first to see it, and tells why only in its log.
    want(content('9s', { scrap_configs: [] }), 'scrape_interval: 9s', {});
    await reason('ConfigRolledBack', 'field scrap_configs not found');
    expect(readFileSync(path, 'utf8')).to.include('8s');
    const after = await tls.ask('prom', 'prometheus', { path: '/api/v1/status/runtimeinfo' });
    expect(after.body).to.include('"reloadConfigSuccess":true');

    want(content('10s'), 'scrape_interval: 10s');
    await isLoaded('scrape_interval: 10s');
  });
});
