import { expect } from 'chai';
import fc from 'fast-check';
import { createAccounts, type Accounts } from '../../../src/exporter/accounts/accounts.ts';
import { Hysteresis } from '../../../src/exporter/scores/hysteresis.ts';
import { dnsEvent, httpEvent } from '../../support/exporter/dns-event.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { samplesOf } from '../../support/exporter/samples.ts';

const WINDOW = 15 * 60_000;
const DAY = 24 * 3_600_000;

describe('anomalies of zones', () => {
  let now: number;
  let accounts: Accounts;

  beforeEach(() => {
    now = Date.UTC(2026, 0, 5);
    const zones = [
      { name: 'lan', subnets: ['192.168.1.0/24'] },
      { name: 'iot', subnets: ['192.168.30.0/24'] },
    ];
    accounts = createAccounts(exporterConfig({ zones }), () => now);
  });

  const ask = (count: number, different: Parameters<typeof dnsEvent>[0] = {}): void => {
    for (let index = 0; index < count; index++) accounts.dns.record(dnsEvent(different), now);
  };
  const IOT = { client: '192.168.30.5' };
  /** Ends the window; what is active in a zone. */
  const active = (zone: string = 'lan'): string[] => {
    now += WINDOW;
    return [...samplesOf(accounts.store.render())].flatMap(([series, value]) => {
      const [, where, type] = /^homelab_network_anomaly_active\{zone="(\w+)",type="(\w+)"\}$/.exec(series) ?? [];
      return where === zone && type !== undefined && value === 1 ? [type] : [];
    });
  };
  const total = (zone: string, type: string): number | undefined =>
    samplesOf(accounts.store.render()).get(`homelab_network_anomalies_total{zone="${zone}",type="${type}"}`);
  /** Four quiet windows at each hour of two days. */
  const learn = (count: number, different: Parameters<typeof dnsEvent>[0] = {}): void => {
    for (let window = 0; window < 2 * 96; window++) {
      ask(count, different);
      ask(5, IOT);
      active();
    }
  };

  it('are told as 0 for every zone that was met, so that an alert has something to look at', () => {
    ask(1);
    expect(active()).to.deep.equal([]);
    expect(total('lan', 'query_surge')).to.equal(0);
    expect(total('iot', 'query_surge')).to.equal(undefined);
  });

  it('come on when a zone asks far more than usual in two windows, and go when it no longer does', () => {
    learn(20);
    ask(400);
    ask(5, IOT);
    expect(active()).to.deep.equal([]);
    ask(2000);
    ask(5, IOT);
    expect(active()).to.deep.equal(['query_surge']);
    ask(20);
    ask(5, IOT);
    expect(active()).to.deep.equal([]);
    expect(total('lan', 'query_surge')).to.equal(1);
    expect(active('iot')).to.deep.equal([]);
  });

  it('tell a surge of blocked queries from one of queries', () => {
    learn(200);
    for (const blocked of [100, 200]) {
      ask(200 - blocked);
      ask(blocked, { reason: 3 });
      const found = active();
      expect(found).to.deep.equal(blocked === 100 ? [] : ['block_surge']);
    }
  });

  it('tell a zone that went silent, but nothing while no zone is heard of', () => {
    learn(50);
    for (let window = 0; window < 4; window++) expect(active()).to.deep.equal([]);
    ask(5, IOT);
    expect(active()).to.deep.equal([]);
    ask(5, IOT);
    expect(active()).to.deep.equal(['silent_zone']);
    ask(50);
    ask(5, IOT);
    expect(active()).to.deep.equal([]);
  });

  it('tell a new client for an hour, after the first day', () => {
    ask(1, { client: '192.168.1.50' });
    expect(active()).to.deep.equal([]);
    expect(active()).to.deep.equal([]);
    now += DAY;
    accounts.store.render();
    ask(1, { client: '192.168.1.50' });
    expect(active()).to.deep.equal([]);
    ask(1, { client: '192.168.1.51' });
    const windows = Array.from({ length: 6 }, () => active().includes('new_client'));
    expect(windows).to.deep.equal([false, true, true, true, false, false]);
    expect(total('lan', 'new_client')).to.equal(1);
  });

  it('tell that the upstreams fail, or take much longer than usual', () => {
    for (let window = 0; window < 3; window++) {
      ask(40);
      ask(20, { code: 'SERVFAIL' });
      expect(active()).to.deep.equal(window === 0 ? [] : ['upstream_degraded']);
    }
    for (let window = 0; window < 5; window++) {
      ask(40);
      active();
    }
    expect(total('lan', 'upstream_degraded')).to.equal(1);
    ask(40, { seconds: 0.2 });
    active();
    ask(40, { seconds: 0.2 });
    expect(active()).to.deep.equal(['upstream_degraded']);
  });

  it('tell that services fail', () => {
    for (let window = 0; window < 2; window++) {
      for (let index = 0; index < 100; index++)
        accounts.http.record(httpEvent({ status: index < 21 ? 502 : 200 }), now);
      expect(active()).to.deep.equal(window === 0 ? [] : ['http_error_surge']);
    }
    for (let index = 0; index < 19; index++) accounts.http.record(httpEvent({ status: 502 }), now);
    expect(active(), 'too few say nothing').to.deep.equal(['http_error_surge']);
    for (let index = 0; index < 100; index++) accounts.http.record(httpEvent({ status: index < 12 ? 502 : 200 }), now);
    expect(active()).to.deep.equal([]);
  });

  it('do not tell clients while AdGuard cuts their addresses', () => {
    accounts.clients.anonymized = true;
    now += DAY;
    for (let window = 0; window < 3; window++) {
      ask(1, { client: `192.168.1.${window}` });
      expect(active()).to.deep.equal([]);
    }
  });

  it('come on only above 0.8 in two windows that follow each other, and go below 0.5 or after four that say nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })), (scores) => {
        const state = new Hysteresis();
        const said: (number | undefined)[] = [];
        for (const score of scores) {
          const before = state.active;
          const began = state.take(score);
          said.push(score);
          const last = (count: number): (number | undefined)[] => said.slice(-count);
          const isHigh = said.length >= 2 && last(2).every((one) => one !== undefined && one > 0.8);
          const isSilent = said.length >= 4 && last(4).every((one) => one === undefined);
          expect(began).to.equal(!before && isHigh);
          expect(state.active).to.equal(before ? !isSilent && (score === undefined || score >= 0.5) : isHigh);
        }
      }),
    );
  });
});
