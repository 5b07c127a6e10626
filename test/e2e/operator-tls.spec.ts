import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { MutualTls, OFTEN, scrapeJob } from '../support/mutual-tls.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { authorityOf, makeAuthority } from '../support/test-authority.ts';
import { readVersion, tlsCall, type TlsAnswer, type TlsCall } from '../support/tls-call.ts';

describe("the operator's own server, with its own Certificate", function () {
  this.timeout(120_000);
  let tls: MutualTls;
  let operator: Operator;
  let host: string;
  let port: number;

  before(async function () {
    tls = await MutualTls.open(this, 'optls', ['prometheus']);
    const { place } = tls;
    place.desired.write('00-bastion.yaml', tls.bastion({}));
    place.desired.write('20-network.yaml', tls.network());
    expect(await place.command('apply')).to.include({ code: 0 });
    host = await tls.gateway();
    port = 20_000 + (process.pid % 10_000);
    place.desired.write('00-bastion.yaml', tls.bastion());
    place.desired.write(
      '10-certificates.yaml',
      tls.authority(),
      tls.certificate('operator', { owner: undefined, consumers: [{ served: { address: host, port } }] }),
      tls.certificate('prom'),
    );
    const file = (name: string): string => join(tls.directory('operator'), name);
    operator = place.start({
      flags: [
        ...OFTEN,
        ...['--listen', `${host}:${port}`, '--tls-cert', file('tls.crt'), '--tls-key', file('tls.key')],
        ...['--tls-client-ca', file('ca.crt')],
      ],
    });
    // It cannot listen before it has issued what it listens with.
    await answered(() => ask());
  });

  after(() => tls?.place.close());

  /** Asks over TLS with the certificate of a client of ours, or of somebody else. */
  function ask(call: Partial<TlsCall> = {}): Promise<TlsAnswer> {
    const { ca, ...identity } = readVersion(tls.directory('prom'));
    return tlsCall({ host, port, serverName: 'operator.lab', ca, identity, path: '/livez', ...call });
  }

  function answered(call: () => Promise<TlsAnswer>): Promise<TlsAnswer> {
    return eventually(call, { within: PATIENCE, every: 100 }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${operator.output}`, { cause: error });
    });
  }

  it('serves status and metrics with the certificate that it issued itself', async () => {
    const { status, serial } = await ask();
    expect({ status, serial }).to.deep.equal({ status: 200, serial: tls.serial('operator') });
    await operator.until(async () => {
      const { body } = await ask({ path: '/metrics' });
      expect(body).to.match(/bastion_certificate_served_current\{[^}]*name="operator"[^}]*\} 1/);
      for (const metric of ['not_after_timestamp_seconds', 'served_not_after_timestamp_seconds', 'renewals_total'])
        expect(body).to.match(new RegExp(`bastion_certificate_${metric}\\{[^}]*name="operator"[^}]*\\} [1-9]`));
    });
    const { body } = await ask({ path: '/api/v1/status' });
    expect(JSON.parse(body)).to.include({ instance: tls.place.instance });
  });

  it('refuses whoever has no certificate of its authority, and whoever speaks no TLS', async () => {
    const root = authorityOf(tls.root().certificate, tls.root().key);
    const other = await makeAuthority('root');
    const strangers = {
      'of another authority': await other.issue('prom.lab'),
      expired: await root.issue('prom.lab', { expired: true }),
      'of a server only': await root.issue('prom.lab', { usages: ['serverAuth'] }),
    };
    const { ca } = readVersion(tls.directory('prom'));
    const calls: Record<string, () => Promise<unknown>> = {
      'no certificate': () => tlsCall({ host, port, serverName: 'operator.lab', ca, path: '/livez' }),
      'in plain': () => fetch(`http://${host}:${port}/livez`),
    };
    for (const [title, { certificate, key }] of Object.entries(strangers))
      calls[title] = () => ask({ identity: { cert: certificate, key } });
    for (const [title, call] of Object.entries(calls)) {
      const outcome = await call().then(
        () => 'admitted',
        () => 'refused',
      );
      expect(outcome, title).to.equal('refused');
    }
  });

  it('is scraped by a real Prometheus', async () => {
    const jobs = [scrapeJob('bastion', `${host}:${port}`, 'operator.lab')];
    tls.place.desired.write('30-prometheus.yaml', tls.prometheus('prom', jobs));
    await operator.until(async () => expect(await tls.query('prom', 'up')).to.deep.equal({ bastion: 1 }), 2 * PATIENCE);
  });

  it('serves a renewed one without a restart, and knows that it does', async () => {
    const before = tls.serial('operator');
    const { startedAt } = await operator.status();
    expect(await tls.place.command('certs', ['renew', 'operator'])).to.include({ code: 0 });
    await operator.until(async (status) => {
      expect(tls.serial('operator')).to.not.equal(before);
      expect((await ask()).serial).to.equal(tls.serial('operator'));
      expect(status.certificates.find(({ key }) => key === 'Certificate/operator')?.consumers[0]?.isCurrent).to.equal(
        true,
      );
      expect(status.result).to.equal('converged');
    });
    expect((await operator.status()).startedAt).to.equal(startedAt);
    await operator.until(async () => expect(await tls.query('prom', 'up')).to.deep.equal({ bastion: 1 }));
  });
});
