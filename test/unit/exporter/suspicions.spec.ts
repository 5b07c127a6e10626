import { expect } from 'chai';
import { createAccounts, type Accounts } from '../../../src/exporter/accounts/accounts.ts';
import { debugPage } from '../../../src/exporter/debug.ts';
import type { Suspicion } from '../../../src/exporter/scores/suspicions.ts';
import { isPrivateAddress } from '../../../src/exporter/zones/private-address.ts';
import { dnsEvent } from '../../support/exporter/dns-event.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { samplesOf } from '../../support/exporter/samples.ts';

const WINDOW = 15 * 60_000;
const HOUR = 4 * WINDOW;

describe('what looks suspicious', () => {
  let now: number;
  let accounts: Accounts;
  let told: (Suspicion & { notTold: number })[];

  beforeEach(() => {
    now = Date.UTC(2026, 0, 5);
    told = [];
    accounts = createAccounts(
      exporterConfig(),
      () => now,
      (suspicion, notTold) => told.push({ ...suspicion, notTold }),
    );
  });

  const ask = (different: Parameters<typeof dnsEvent>[0]): void => accounts.dns.record(dnsEvent(different), now);
  const closed = (): ReadonlyMap<string, number> => {
    now += WINDOW;
    return samplesOf(accounts.store.render());
  };
  const score = (pattern: string, client: string = '192.168.1.23'): number | undefined =>
    closed().get(`homelab_suspicious_pattern_score{client="${client}",pattern="${pattern}"}`);
  const listed = (): unknown => debugPage('suspicious', accounts, () => undefined);

  it('is a public name that is answered with an address of the house', () => {
    ask({ name: 'evil.example.com', addresses: ['93.184.216.34', '192.168.1.1'] });
    expect(score('rebind')).to.equal(1);
    expect(listed()).to.deep.include({
      patterns: [{ client: '192.168.1.23', pattern: 'rebind', score: 1, names: ['evil.example.com'] }],
    });
    expect(score('rebind')).to.equal(0);
    expect(listed()).to.deep.include({ patterns: [] });
  });

  it('is no name of the house, none that we rewrote, blocked or had cached, and none that answers so on purpose', () => {
    const addresses = ['192.168.1.5'];
    ask({ name: 'nas.lab', addresses });
    ask({ name: 'printer', addresses });
    ask({ name: 'abc.plex.direct', addresses });
    ask({ name: 'service.example.com', reason: 9, addresses });
    ask({ name: 'ads.example.com', reason: 3, addresses });
    ask({ name: 'cached.example.com', cached: true, addresses });
    expect(score('rebind')).to.equal(0);
  });

  it('is a query that comes like a clock, with the domain and how often', () => {
    for (let index = 0; index < 30; index++) {
      const at = now + index * 20_000;
      ask({ name: 'c2.beat.net', at: () => at, addresses: ['93.184.216.34'], ttl: 300 });
    }
    expect(score('beacon')).to.equal(1);
    expect(told.map(({ pattern, names }) => [pattern, names])).to.deep.equal([['beacon', ['beat.net every 20.0 s']]]);
  });

  it('is told in the log once in six hours, and no more than five lines a window', () => {
    for (let client = 0; client < 9; client++)
      ask({ client: `10.0.0.${client}`, name: 'evil.com', addresses: ['10.0.0.1'] });
    closed();
    expect(told).to.have.length(5);
    expect(told.map(({ notTold }) => notTold)).to.deep.equal([0, 0, 0, 0, 4]);
    const again = (): void => ask({ client: '10.0.0.0', name: 'evil.com', addresses: ['10.0.0.1'] });
    again();
    closed();
    expect(told).to.have.length(5);
    now += 6 * HOUR;
    closed();
    again();
    closed();
    expect(told).to.have.length(6);
  });

  it('is bounded, however many clients and names there are, and names are cut', () => {
    for (let client = 0; client < 200; client++)
      for (let name = 0; name < 20; name++)
        ask({ client: `10.0.0.${client}`, name: `${name}.${'x.'.repeat(80)}evil.com`, addresses: ['10.0.0.1'] });
    closed();
    const { patterns } = listed() as { patterns: Suspicion[] };
    expect(patterns).to.have.length(64);
    for (const { names } of patterns) {
      expect(names).to.have.length(5);
      for (const name of names) expect(name.length).to.be.at.most(128);
    }
  });

  it('is not told of a client while addresses are cut, nor of one that lost its label', () => {
    ask({ name: 'evil.com', addresses: ['10.0.0.1'] });
    closed();
    accounts.clients.anonymized = true;
    expect(listed()).to.deep.equal({ patterns: [], anomalies: [] });
    accounts.clients.anonymized = false;
    accounts.suspicions.forget('192.168.1.23');
    expect(listed()).to.deep.equal({ patterns: [], anomalies: [] });
  });

  it('lists what goes on in zones, too', () => {
    for (let window = 0; window < 2; window++) {
      for (let index = 0; index < 40; index++) ask({ code: 'SERVFAIL' });
      closed();
    }
    expect(listed()).to.deep.include({ anomalies: [{ zone: 'lan', type: 'upstream_degraded' }] });
  });

  it('knows private addresses by their subnets', () => {
    const yes =
      '10.0.0.1 127.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.1.1 ::1 fd00::1 fe80::1 ::ffff:10.0.0.1 0:0:0:0:0:0:0:1 FD00::1';
    const no =
      '9.255.255.255 11.0.0.1 172.15.0.1 172.32.0.1 192.167.0.1 100.64.0.1 0.0.0.0 :: 2001:db8::1 ::ffff:8.8.8.8 x';
    for (const address of yes.split(' ')) expect(isPrivateAddress(address), address).to.equal(true);
    for (const address of no.split(' ')) expect(isPrivateAddress(address), address).to.equal(false);
  });
});
