import { expect } from 'chai';
import type { ObservedTarget } from '../../../../src/model/observed-services.ts';
import { nextAddress, type AddressInput } from '../../../../src/plan/pressure/next-address.ts';
import { nextRemediation, type RemediationDecision } from '../../../../src/plan/scrape/next-remediation.ts';
import { scrapeAdvice, scrapeErrorKind, type ScrapeErrorKind } from '../../../../src/plan/scrape/scrape-error.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** As Prometheus 2.42 words them, and some of Go's libraries in other versions. */
const ERRORS: readonly (readonly [string, ScrapeErrorKind])[] = [
  ['Get "http://gateway.lab:9/metrics": dial tcp: lookup gateway.lab on 127.0.0.11:53: no such host', 'name'],
  ['Get "https://a.lab:1/m": dial tcp: lookup a.lab on 127.0.0.11:53: server misbehaving', 'name'],
  ['Get "https://a.lab:1/m": dial tcp: lookup a.lab: i/o timeout', 'name'],
  ['dial tcp: lookup a.lab on 127.0.0.11:53: read udp 127.0.0.1:3->127.0.0.11:53: i/o timeout', 'name'],
  ['Get "http://127.0.0.1:9/metrics": dial tcp 127.0.0.1:9: connect: connection refused', 'unreachable'],
  ['Get "http://10.0.0.1:9/metrics": dial tcp 10.0.0.1:9: i/o timeout', 'unreachable'],
  ['Get "https://a.lab:1/m": context deadline exceeded', 'unreachable'],
  ['server returned HTTP status 500 Internal Server Error', 'unreachable'],
  ['Get "https://a.lab:1/metrics": http: server gave HTTP response to HTTPS client', 'certificate'],
  ['Get "https://a.lab:1/m": x509: certificate signed by unknown authority', 'certificate'],
  ['Get "https://a.lab:1/m": remote error: tls: bad certificate', 'certificate'],
  ['sample limit exceeded', 'limit'],
  ['body size limit exceeded', 'limit'],
  ['label_limit exceeded (metric: go_gc_duration_seconds, number of labels: 4, limit: 1)', 'limit'],
  ['label_value_length_limit exceeded (metric: a, label name: b, value: "c", length: 22, limit: 1)', 'limit'],
  ['server returned HTTP status 404 Not Found', 'answer'],
  ['received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target', 'answer'],
  ['', 'unreachable'],
];

const target = (parts: Partial<ObservedTarget> = {}): ObservedTarget => ({
  job: 'traefik',
  instance: 'gateway.lab:8082',
  address: 'gateway.lab:8082',
  health: 'down',
  since: NOW - HOUR,
  lastError: 'dial tcp 172.30.77.5:8082: connect: connection refused',
  lastScrape: NOW - 10_000,
  ...parts,
});

describe('the cause of a failed scrape', () => {
  for (const [words, kind] of ERRORS)
    it(`is ${kind} for ${JSON.stringify(words)}`, () => {
      expect(scrapeErrorKind(words)).to.equal(kind);
      expect(scrapeAdvice(words, 'a.lab')).to.have.length.greaterThan(20);
    });

  it('names the field of the limit that was exceeded', () => {
    const field = (words: string): string | undefined => /limits\.\w+/.exec(scrapeAdvice(words, 'a.lab'))?.[0];
    expect(field('sample limit exceeded')).to.equal('limits.samples');
    expect(field('body size limit exceeded')).to.equal('limits.bodySize');
    expect(field('label_limit exceeded (metric: x)')).to.equal('limits.labels');
    expect(field('label_name_length_limit exceeded (metric: x)')).to.equal('limits.labelNameLength');
    expect(field('label_value_length_limit exceeded (metric: x)')).to.equal('limits.labelValueLength');
  });
});

describe('restarts for a scrape that fails', () => {
  const decide = (
    parts: Partial<ObservedTarget>,
    done?: { restarts: number; at: number },
    startedAt = NOW - 2 * HOUR,
  ): RemediationDecision =>
    nextRemediation({ target: target(parts), container: { startedAt }, done, maxRestarts: 5, now: NOW });

  it('come after half a minute, then each after twice the wait, five minutes at most, and end', () => {
    expect(decide({ since: NOW - 29_000 })).to.deep.equal({ type: 'wait', at: NOW + 1_000 });
    expect(decide({ since: NOW - 30_000 })).to.deep.equal({ type: 'restart', restarts: 1 });
    const waits = [1, 2, 3, 4].map((restarts) => {
      const decision = decide({}, { restarts, at: NOW });
      return decision.type === 'wait' ? decision.at - NOW : decision.type;
    });
    expect(waits).to.deep.equal([60_000, 120_000, 240_000, 300_000]);
    expect(decide({}, { restarts: 4, at: NOW - 301_000 })).to.deep.equal({ type: 'restart', restarts: 5 });
    expect(decide({}, { restarts: 5, at: NOW - HOUR })).to.deep.equal({ type: 'exhausted' });
  });

  it('wait for a scrape after the last start', () => {
    expect(decide({}, undefined, NOW - 5_000).type).to.equal('wait');
    expect(decide({}, undefined, NOW - 20_000)).to.deep.equal({ type: 'wait', at: NOW + 10_000 });
  });

  it('are not tried for what a restart does not mend, nor for what does not run, nor when none are allowed', () => {
    for (const [lastError, kind] of ERRORS)
      expect(decide({ lastError }).type, lastError).to.equal(kind === 'unreachable' ? 'restart' : 'none');
    const given = { target: target(), done: undefined, now: NOW };
    expect(nextRemediation({ ...given, container: undefined, maxRestarts: 5 }).type).to.equal('none');
    expect(nextRemediation({ ...given, container: { startedAt: 0 }, maxRestarts: 0 }).type).to.equal('none');
    expect(decide({ health: 'unknown' }).type).to.equal('none');
  });

  it('are forgotten after ten minutes up', () => {
    const done = { restarts: 3, at: NOW - HOUR };
    expect(decide({ health: 'up', since: NOW - 9 * MINUTE }, done)).to.deep.equal({
      type: 'proving',
      at: NOW + MINUTE,
    });
    expect(decide({ health: 'up', since: NOW - 10 * MINUTE }, done)).to.deep.equal({ type: 'forget' });
    expect(decide({ health: 'up', since: NOW - 10 * MINUTE })).to.deep.equal({ type: 'none' });
  });

  it('are never more than allowed, whatever the clock does', () => {
    let done: { restarts: number; at: number } | undefined;
    let now = NOW;
    let restarts = 0;
    for (const jump of [1, 60, -3600, 600, 86_400, -86_400, 900, 900, 900, 900, 900, 900, 900, 900]) {
      now += jump * 1000;
      const decision = nextRemediation({
        target: target({ since: NOW, lastScrape: now }),
        container: { startedAt: done?.at ?? 0 },
        done,
        maxRestarts: 5,
        now,
      });
      if (decision.type !== 'restart') continue;
      restarts += 1;
      done = { restarts: decision.restarts, at: now };
    }
    expect(restarts).to.equal(5);
  });
});

describe('the address in place of a name', () => {
  const lost = target({ lastError: 'dial tcp: lookup gateway.lab on 127.0.0.11:53: no such host' });
  const input = (parts: Partial<AddressInput> = {}): AddressInput => ({
    target: lost,
    level: undefined,
    address: '172.30.77.5',
    isEnabled: true,
    now: NOW,
    ...parts,
  });

  it('is taken once the name has not resolved for a while', () => {
    expect(nextAddress(input()).change).to.include({ level: 1, address: '172.30.77.5', failures: 1 });
    expect(nextAddress(input({ target: { ...lost, since: NOW - 10_000 } }))).to.deep.equal({ at: NOW + 20_000 });
    expect(nextAddress(input({ address: undefined }))).to.deep.equal({});
    expect(nextAddress(input({ isEnabled: false }))).to.deep.equal({});
    expect(nextAddress(input({ target: target() }))).to.deep.equal({});
    expect(nextAddress(input({ target: target({ health: 'up' }) }))).to.deep.equal({});
  });

  it('is tried, too, where the time was up before anybody answered for the name', () => {
    const silent = target({ lastError: 'Get "https://gateway.lab:8082/metrics": context deadline exceeded' });
    const { change } = nextAddress(input({ target: silent }));
    expect(change).to.include({ level: 1, address: '172.30.77.5' });
    expect(change?.cause).to.match(/^perhaps it is its name: .*context deadline exceeded$/);
    const hangs = target({ lastError: 'dial tcp 172.30.77.5:8082: i/o timeout' });
    expect(nextAddress(input({ target: hangs }))).to.deep.equal({});
  });

  it('is given up for a trial of the name, each time after twice the wait, six hours at most', () => {
    const waits = [1, 2, 3, 6, 7, 50].map((failures) => {
      const { at } = nextAddress(
        input({ level: { level: 1, since: NOW, cause: '', address: '172.30.77.5', failures } }),
      );
      return ((at ?? NOW) - NOW) / MINUTE;
    });
    expect(waits).to.deep.equal([10, 20, 40, 320, 360, 360]);
    const due = { level: 1, since: NOW - 10 * MINUTE, cause: '', address: '172.30.77.5', failures: 1 };
    expect(nextAddress(input({ level: due })).change).to.deep.equal({
      level: 0,
      failures: 1,
      cause: 'trying the name again',
    });
  });

  it('counts on where a trial failed, and from the beginning where the name had worked for long', () => {
    const tried = { level: 0, since: NOW - MINUTE, cause: '', failures: 3 };
    expect(nextAddress(input({ level: tried })).change?.failures).to.equal(4);
    expect(nextAddress(input({ level: { ...tried, since: NOW - 7 * HOUR } })).change?.failures).to.equal(1);
  });

  it('follows a container that moved, and goes when it is switched off', () => {
    const level = { level: 1, since: NOW, cause: '', address: '172.30.77.4', failures: 2 };
    expect(nextAddress(input({ level })).change).to.include({ level: 1, address: '172.30.77.5', failures: 2 });
    expect(nextAddress(input({ level, address: undefined })).change).to.equal(undefined);
    expect(nextAddress(input({ level, isEnabled: false })).change).to.include({ level: 0 });
  });

  it('survives a clock that was set back', () => {
    const level = { level: 1, since: NOW + 365 * 24 * HOUR, cause: '', address: '172.30.77.5', failures: 1 };
    expect(nextAddress(input({ level })).change?.level).to.equal(0);
  });
});
