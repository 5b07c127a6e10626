import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { AccessLog } from '../../../src/exporter/access-log/access-log.ts';
import { ClientAddress } from '../../../src/exporter/access-log/client-address.ts';
import { parseAccessLine } from '../../../src/exporter/access-log/parse-line.ts';
import { createAccounts } from '../../../src/exporter/accounts/accounts.ts';
import { accessLine } from '../../support/exporter/access-line.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { samplesOf, totalOf } from '../../support/exporter/samples.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe("Traefik's access log", () => {
  const directory = temporaryDirectory('access-log');
  const clients = new ClientAddress(['172.18.0.0/16']);

  for (const [address, host, client] of [
    ['192.168.1.5:4711', '192.168.1.5', '192.168.1.5'],
    ['192.168.1.5:4711', '10.0.0.1', '192.168.1.5'],
    ['172.18.0.9:4711', '192.168.1.7, 172.18.0.3', '192.168.1.7'],
    ['172.18.0.9:4711', 'unknown, 192.168.1.7', '192.168.1.7'],
    ['172.18.0.9:4711', '172.18.0.9', '172.18.0.9'],
    ['172.18.0.9:4711', 'nonsense', '172.18.0.9'],
    ['[fd00::5]:4711', 'fd00::5', 'fd00::5'],
    ['fd00::5', '', 'fd00::5'],
    ['', '192.168.1.7', ''],
  ] as const)
    it(`finds ${client === '' ? 'no client' : client} in ${address} with ${JSON.stringify(host)}`, () =>
      expect(clients.find(address, host)).to.equal(client));

  it('reads what Traefik writes', () => {
    expect(parseAccessLine(accessLine(), clients)).to.deep.equal({
      client: '192.168.1.23',
      service: 'memos@docker',
      server: '172.18.0.5:5230',
      status: 200,
      requestBytes: 12,
      responseBytes: 3456,
      seconds: 0.0123,
      originSeconds: 0.0119,
    });
  });

  it('knows that Traefik answered itself', () => {
    const line = accessLine({
      ServiceName: undefined,
      OriginStatus: undefined,
      OriginDuration: 0,
      DownstreamStatus: 404,
    });
    expect(parseAccessLine(line, clients)).to.include({
      service: '',
      server: '',
      status: 404,
      originSeconds: undefined,
    });
  });

  it('takes what is no amount for 0', () => {
    const line = accessLine({ RequestContentSize: -1, DownstreamContentSize: 'x', Duration: 1e300 });
    expect(parseAccessLine(line, clients)).to.include({ requestBytes: 0, responseBytes: 0, seconds: 0 });
  });

  it('counts exactly what was logged, through rotation and what is no line of it', async () => {
    const config = exporterConfig({ accessLog: { path: join(directory(), 'access.log') } });
    const clock = new FakeClock();
    const { store, http } = createAccounts(config, () => clock.now());
    if (config.accessLog === undefined) throw new Error('no access log');
    const { path } = config.accessLog;
    writeFileSync(path, accessLine() + '\n');
    const log = new AccessLog(config.accessLog, { account: http, store, clock });
    await log.poll();
    for (let round = 0; round < 5; round++) {
      for (let line = 0; line < 100; line++) appendFileSync(path, accessLine({ DownstreamContentSize: 7 }) + '\n');
      appendFileSync(path, '{"DownstreamStatus":"200"}\nnull\n{"trunca\n');
      await log.poll();
      renameSync(path, `${path}.1`);
      writeFileSync(path, '');
      await log.poll();
    }
    await log.poll();
    const samples = samplesOf(store.render());
    expect(totalOf(samples, 'homelab_http_requests_total')).to.equal(500);
    expect(totalOf(samples, 'homelab_http_response_body_bytes_total')).to.equal(3500);
    expect(samples.get('adguard_exporter_accesslog_lines_total{result="counted"}')).to.equal(500);
    expect(samples.get('adguard_exporter_accesslog_lines_total{result="malformed"}')).to.equal(15);
    expect(samples.get('adguard_exporter_accesslog_rotations_total')).to.equal(5);
    expect(samples.get('adguard_exporter_accesslog_up')).to.equal(1);
    await log.close();
  });

  it('never throws, whatever a line says', () => {
    const { http, store } = createAccounts(exporterConfig(), () => 0);
    const hostile = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .dictionary(
          fc.constantFrom(
            'DownstreamStatus',
            'ServiceName',
            'ClientAddr',
            'ClientHost',
            'Duration',
            'ServiceAddr',
            'OriginStatus',
          ),
          fc.jsonValue(),
        )
        .map((entry) => JSON.stringify({ DownstreamStatus: 200, ...entry })),
    );
    fc.assert(
      fc.property(hostile, (line) => {
        const event = parseAccessLine(line, clients);
        if (event !== undefined) http.record(event, 0);
        samplesOf(store.render());
      }),
      { numRuns: 500 },
    );
  });
});
