import { expect } from 'chai';
import { createAccounts, type Accounts } from '../../../src/exporter/accounts/accounts.ts';
import { entropy } from '../../../src/exporter/scores/client-activity.ts';
import { SeenDomains } from '../../../src/exporter/scores/seen-domains.ts';
import { hash } from '../../../src/exporter/hash.ts';
import { dnsEvent } from '../../support/exporter/dns-event.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { samplesOf } from '../../support/exporter/samples.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const WINDOW = 15 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('scores of clients', () => {
  let now: number;
  let accounts: Accounts;
  const chance = new FakeClock({ seed: 5 });

  const ask = (count: number, different: (index: number) => Parameters<typeof dnsEvent>[0] = () => ({})): void => {
    for (let index = 0; index < count; index++) accounts.dns.record(dnsEvent(different(index)), now);
  };
  /** Ends the window; the scores of the client. */
  const scores = (): Record<string, number> => {
    now += WINDOW;
    const found: Record<string, number> = {};
    for (const [series, value] of samplesOf(accounts.store.render())) {
      const name = /_score\{client="192\.168\.1\.23",(?:behavior|pattern)="(\w+)"\}$/.exec(series)?.[1];
      if (name !== undefined) found[name] = value;
    }
    return found;
  };
  const randomText = (length: number): string =>
    Array.from({ length }, () => Math.floor(chance.random() * 36).toString(36)).join('');

  beforeEach(() => {
    now = Date.UTC(2026, 0, 5);
    accounts = createAccounts(exporterConfig(), () => now);
  });

  it('says nothing before a window is over, and little about little', () => {
    ask(5);
    expect(samplesOf(accounts.store.render()).get('homelab_suspicious_pattern_score')).to.equal(undefined);
    expect(scores()).to.deep.equal({ blocked_ratio: 1 / 25, tunnel: 0, beacon: 0, security_list: 0, rebind: 0 });
  });

  it('tells the shares of blocked and of missing names', () => {
    ask(100, (index) => ({ reason: index < 40 ? 3 : 0, code: index >= 90 ? 'NXDOMAIN' : 'NOERROR', name: 'a.com' }));
    expect(scores()).to.include({ blocked_ratio: 41 / 120, nxdomain_ratio: 0.1 });
    expect(scores()).to.include({ blocked_ratio: 1 / 20 });
  });

  it('tells that a client asks far more than usual at this hour', () => {
    for (let window = 0; window < 3; window++) {
      ask(100);
      expect(scores()).not.to.have.property('volume');
    }
    ask(104);
    expect(scores()['volume']).to.be.closeTo(4 / 10 / 6, 1e-9);
    now = now - (now % DAY) + DAY;
    accounts.store.render();
    ask(1000);
    expect(scores()['volume']).to.equal(1);
  });

  it('tells that a client asks for domains that it never asked for', () => {
    const usual = (index: number) => ({ name: `usual${index % 25}.com` });
    ask(50, usual);
    expect(scores()).not.to.have.property('new_domains');
    now += DAY;
    accounts.store.render();
    ask(50, usual);
    expect(scores()['new_domains']).to.equal(0);
    ask(50, (index) => ({ name: index < 25 ? `usual${index}.com` : `new${index}.com` }));
    expect(scores()['new_domains']).to.be.closeTo(0.5, 0.03);
  });

  it('tells generated names from typed ones', () => {
    ask(50, () => ({ name: `${randomText(16)}.com`, code: 'NXDOMAIN' }));
    expect(scores()['dga']).to.be.greaterThan(0.4);
    const typed = 'newspaper facebookk wikipedia telephone breakfast christmas vegetable butterfly adventure chocolate';
    ask(50, (index) => ({ name: `${typed.split(' ')[index % 10] ?? ''}.com`, code: 'NXDOMAIN' }));
    expect(scores()['dga']).to.be.lessThan(0.25);
    expect(entropy('aaaa')).to.equal(0);
    expect(entropy('abcd')).to.equal(2);
  });

  it('takes no name for generated that is asked for again and again, nor names of the house or reverse lookups', () => {
    ask(50, () => ({ name: 'k3x9q7fz2mvw8htb.com', code: 'NXDOMAIN' }));
    expect(scores()).not.to.have.property('dga');
    ask(20, (index) => ({ name: `${index}.2.168.192.in-addr.arpa`, code: 'NXDOMAIN' }));
    ask(20, (index) => ({ name: `nas-upstairs-${index}.lab`, code: 'NXDOMAIN' }));
    ask(150, (index) => ({ name: `${[...String(index).padStart(32, '7')].join('.')}.ip6.arpa` }));
    expect(scores()).not.to.have.property('dga');
    expect(scores()['tunnel']).to.equal(0);
  });

  it('tells data that is carried in names', () => {
    ask(200, () => ({ name: `${randomText(50)}.t.example.com`, type: 'TXT' }));
    expect(scores()['tunnel']).to.be.greaterThan(0.9);
    ask(200, () => ({ name: `${randomText(50)}.t.example.com`, type: 'A' }));
    expect(scores()['tunnel']).to.be.within(0.45, 0.55);
    ask(200, (index) => ({ name: `cdn-edge-server-number-${index % 4}.example.com` }));
    expect(scores()['tunnel']).to.be.lessThan(0.05);
  });

  it('tells what lists against malware have blocked', () => {
    accounts.names.setLists([{ id: 7, name: 'malware', category: 'security', rules: 1, updated: undefined }]);
    ask(10, (index) => ({ reason: index < 5 ? 3 : 4, list: index < 5 ? 7 : undefined }));
    expect(scores()['security_list']).to.be.closeTo(1 - Math.exp(-2), 1e-9);
    ask(10, () => ({ reason: 1, list: 7 }));
    expect(scores()['security_list']).to.equal(0);
  });

  it('remembers domains for some days, and hardly takes a new one for known', () => {
    const seen = new SeenDomains(0);
    for (let name = 0; name < 1000; name++) seen.add(hash(`d${name}.com`), 0);
    for (let name = 0; name < 1000; name++)
      expect(seen.add(hash(`d${name}.com`), 4 * DAY), String(name)).to.equal(true);
    expect(seen.add(hash('d1.com'), 8 * DAY)).to.equal(true);
    let mistaken = 0;
    for (let name = 0; name < 300; name++) if (seen.add(hash(`other${name}.com`), 8 * DAY)) mistaken++;
    expect(mistaken).to.be.lessThan(15);
    expect(new SeenDomains(0).add(hash('d1.com'), 0)).to.equal(false);
  });

  it('forgets a client that lost its label, and holds its caps', () => {
    for (let client = 0; client < 100; client++) ask(40, () => ({ client: `10.0.0.${client}` }));
    ask(40, () => ({ client: '192.168.1.23' }));
    expect(scores()).to.deep.equal({});
    now += 25 * HOUR;
    ask(40, () => ({ client: '192.168.1.23' }));
    expect(scores()).to.include.keys('blocked_ratio', 'tunnel');
    const clients = [...samplesOf(accounts.store.render()).keys()].filter((series) =>
      series.includes('pattern="tunnel"'),
    );
    expect(clients).to.have.length(64);
  });
});
