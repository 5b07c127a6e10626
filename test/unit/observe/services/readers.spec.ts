import { expect } from 'chai';
import type { PrometheusAnswer } from '../../../../src/model/observed-services.ts';
import type { AskService, ServiceResponse } from '../../../../src/observe/services/ask.ts';
import { readLabel, readSamples } from '../../../../src/observe/services/exposition.ts';
import { readPrometheus } from '../../../../src/observe/services/prometheus.ts';
import { ServiceError } from '../../../../src/observe/services/service-error.ts';
import { readTraefik } from '../../../../src/observe/services/traefik.ts';

const NOW = Date.UTC(2026, 10, 28, 20);

type Answers = Readonly<Record<string, string | ServiceResponse>>;

/** Answers by path; what is not among them is not found. */
function answering(answers: Answers): AskService {
  return ({ path }) => {
    const answer = answers[path] ?? { status: 404, body: 'not found' };
    return Promise.resolve(typeof answer === 'string' ? { status: 200, body: answer } : answer);
  };
}

async function failure(reading: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw new Error(`expected a ServiceError, but got ${String(error)}`);
}

/** As Prometheus 2.42 answered. */
const METRICS = `# HELP prometheus_build_info A metric with a constant '1' value.
prometheus_build_info{branch="debian/sid",goarch="amd64",version="2.42.0+ds"} 1
process_start_time_seconds 1.79589600085e+09
prometheus_config_last_reload_success_timestamp_seconds 1.7958960010925407e+09
prometheus_config_last_reload_successful 1
prometheus_tsdb_head_series 694
prometheus_tsdb_head_series_created_total 700
prometheus_tsdb_lowest_timestamp 1.795896006303e+12
prometheus_tsdb_storage_blocks_bytes 1024
prometheus_tsdb_wal_corruptions_total 1
prometheus_tsdb_compactions_failed_total 2
`;
const target = (job: string, instance: string, health: string, more: object = {}): object => ({
  discoveredLabels: {},
  labels: { instance, job },
  scrapeUrl: `https://${instance}/metrics`,
  lastError: '',
  lastScrape: '2026-11-28T19:59:50.766642982Z',
  health,
  ...more,
});
const targets = (...active: object[]): string => JSON.stringify({ status: 'success', data: { activeTargets: active } });
const well = (active: string, metrics = METRICS): Answers => ({
  '/-/ready': 'Prometheus Server is Ready.',
  '/metrics': metrics,
  '/api/v1/targets?state=active': active,
});

describe('a page of metrics', () => {
  it('is read by name, sums of several series, with any label values', () => {
    const page = 'a{x="1 } 2",y="\\"{"} 3 1234\na{x="2"} 4\nab 7\nb NaN\nc +Inf\n# a 9\n a 5\nd 1e3\n';
    expect([...readSamples(page, ['a', 'b', 'c', 'd', 'e'])]).to.deep.equal([
      ['a', 7],
      ['d', 1000],
    ]);
    expect(readLabel('v{a="x",version="1.2 \\"b\\"",z="y"} 1\n', 'v', 'version')).to.equal('1.2 \\"b\\"');
    expect(readLabel('v{version="1"} 1\n', 'w', 'version')).to.equal(undefined);
  });
});

describe('reading a Prometheus', () => {
  const read = (answers: Answers, previous?: PrometheusAnswer, now = NOW): Promise<PrometheusAnswer> =>
    readPrometheus(answering(answers), [], previous, now);

  it('tells version, configuration, storage and targets', async () => {
    const active = targets(
      target('traefik', 'gateway.lab:8082', 'down', { lastError: 'connection refused' }),
      target('node', 'node-exporter.lab:9100', 'up', { scrapeUrl: 'http://node-exporter.lab/metrics' }),
    );
    expect(await read(well(active))).to.deep.equal({
      version: '2.42.0+ds',
      isConfigLoaded: true,
      startedAt: 1_795_896_000_850,
      lastConfigTime: 1_795_896_001_093,
      headSeries: 694,
      blocksBytes: 1024,
      lowestTimestamp: 1_795_896_006_303,
      storageFailures: 3,
      targetCount: 2,
      targets: [
        {
          job: 'node',
          instance: 'node-exporter.lab:9100',
          address: 'node-exporter.lab:80',
          health: 'up',
          since: NOW,
          lastError: '',
          lastScrape: Date.UTC(2026, 10, 28, 19, 59, 50, 766),
        },
        {
          job: 'traefik',
          instance: 'gateway.lab:8082',
          address: 'gateway.lab:8082',
          health: 'down',
          since: NOW,
          lastError: 'connection refused',
          lastScrape: Date.UTC(2026, 10, 28, 19, 59, 50, 766),
        },
      ],
    });
  });

  it('knows for how long a target has been as it is', async () => {
    const first = await read(well(targets(target('a', 'a.lab:1', 'up'), target('b', 'b.lab:1', 'up'))));
    const second = await read(
      well(targets(target('a', 'a.lab:1', 'up'), target('b', 'b.lab:1', 'down'))),
      first,
      NOW + 9,
    );
    expect(second.targets.map(({ since }) => since)).to.deep.equal([NOW, NOW + 9]);
    const back = await read(well(targets(target('a', 'a.lab:1', 'up'))), second, NOW - 1000);
    expect(back.targets.map(({ since }) => since)).to.deep.equal([NOW - 1000]);
  });

  it('tells wanted targets that are not there', async () => {
    const wanted = [
      { job: 'a', host: 'a.lab', port: 1 },
      { job: 'b', host: 'b.lab', port: 2 },
    ];
    const answer = await readPrometheus(answering(well(targets(target('a', 'a.lab:1', 'up')))), wanted, undefined, NOW);
    expect(answer.targetCount).to.equal(1);
    expect(answer.targets.map(({ job, health }) => `${job} ${health}`)).to.deep.equal(['a up', 'b missing']);
  });

  it('does not take the time of an empty database for one', async () => {
    const answer = await read(well(targets(), 'prometheus_tsdb_lowest_timestamp 9.223372036854776e+18\n'));
    expect(answer).not.to.have.property('lowestTimestamp');
    expect(answer.isConfigLoaded).to.equal(false);
  });

  it('counts all targets and keeps a thousand', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => target('a', `a${index}.lab:1`, 'up'));
    const answer = await read(well(targets(...many)));
    expect([answer.targetCount, answer.targets.length]).to.deep.equal([1500, 1000]);
  });

  it('tells one that starts from one that refuses, and garbage from targets', async () => {
    const starting = await failure(read({ '/-/ready': { status: 503, body: 'Service Unavailable' } }));
    expect(starting.kind).to.equal('starting');
    const odd: readonly Answers[] = [
      {},
      { ...well(targets()), '/metrics': { status: 403, body: '' } },
      well('<html>'),
      well('{}'),
      well('{"data":{"activeTargets":"none"}}'),
    ];
    for (const answers of odd) expect((await failure(read(answers))).kind).to.equal('refused');
  });

  it('shortens and redacts what targets say', async () => {
    const lastError = `Get "https://user:hunter2secret@a.lab/": ${'x'.repeat(1000)}`;
    const [only] = (await read(well(targets(target('a', 'a.lab:1', 'down', { lastError }))))).targets;
    expect(only?.lastError).to.have.length.at.most(300);
    expect(only?.lastError).not.to.contain('hunter2secret');
  });
});

describe('reading a Traefik', () => {
  const counts = (total: number, warnings: number, errors: number): object => ({ total, warnings, errors });
  /** As Traefik 3.7.15 answered. */
  const overview = (errors: number): string =>
    JSON.stringify({
      http: { routers: counts(4, 1, errors), services: counts(5, 0, 0), middlewares: counts(1, 0, 0) },
      tcp: { routers: counts(0, 0, 0), services: counts(0, 0, 0), middlewares: counts(0, 0, 0) },
      udp: { routers: counts(0, 0, 0), services: counts(0, 0, 0) },
      features: { tracing: '', metrics: 'Prometheus', accessLog: false },
    });
  const metrics = 'traefik_config_last_reload_success 1.795896382e+09\n';

  it('tells how many routes there are, and when it took its configuration', async () => {
    expect(await readTraefik(answering({ '/api/overview': overview(0), '/metrics': metrics }))).to.deep.equal({
      total: 10,
      warnings: 1,
      errors: 0,
      problems: [],
      lastConfigTime: 1_795_896_382_000,
    });
  });

  it('names those that have errors', async () => {
    const disabled = [
      { name: 'bad@file', status: 'disabled', error: ['the service "missing@file" does not exist'] },
      { name: 'also@file', status: 'disabled' },
    ];
    const answer = await readTraefik(
      answering({
        '/api/overview': overview(2),
        '/api/http/routers?status=disabled&per_page=10': JSON.stringify(disabled),
      }),
    );
    expect(answer.errors).to.equal(2);
    expect(answer.problems).to.deep.equal([
      'router also@file: has an error',
      'router bad@file: the service "missing@file" does not exist',
    ]);
    expect(answer).not.to.have.property('lastConfigTime');
  });

  it('does not take anything else for a Traefik', async () => {
    for (const body of ['[]', 'null', '<html>'])
      expect((await failure(readTraefik(answering({ '/api/overview': body })))).kind).to.equal('refused');
  });
});
