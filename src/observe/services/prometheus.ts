import type { ObservedTarget, PrometheusAnswer } from '../../model/observed-services.ts';
import type { TargetSpec } from '../../model/service-spec.ts';
import { redactText } from '../../model/redact.ts';
import type { AskService } from './ask.ts';
import { readLabel, readSamples } from './exposition.ts';
import { askJson, askText, isObject, textOf, timeOf } from './json-value.ts';
import { ServiceError } from './service-error.ts';

const MOST_TARGETS = 1000;
const ERROR_LENGTH = 300;
/** An empty database tells the largest number that there is. */
const LATEST_TIME = Date.UTC(2200, 0, 1);

const SINGLE = {
  isConfigLoaded: 'prometheus_config_last_reload_successful',
  lastConfigTime: 'prometheus_config_last_reload_success_timestamp_seconds',
  startedAt: 'process_start_time_seconds',
  headSeries: 'prometheus_tsdb_head_series',
  blocksBytes: 'prometheus_tsdb_storage_blocks_bytes',
  walBytes: 'prometheus_tsdb_wal_storage_size_bytes',
  lowestTimestamp: 'prometheus_tsdb_lowest_timestamp',
} as const;

const STORAGE_FAILURES = [
  'prometheus_tsdb_wal_corruptions_total',
  'prometheus_tsdb_mmap_chunk_corruptions_total',
  'prometheus_tsdb_compactions_failed_total',
  'prometheus_tsdb_reloads_failures_total',
  'prometheus_tsdb_head_truncations_failed_total',
  'prometheus_tsdb_wal_writes_failed_total',
];

/**
 * What a Prometheus says of itself, in three requests: whether it is ready, its own metrics, and its targets.
 *
 * @param wanted targets that it should have
 * @param previous what it said before, for how long each target has been as it is
 * @param now milliseconds since the epoch
 * @throws ServiceError
 */
export async function readPrometheus(
  ask: AskService,
  wanted: readonly Pick<TargetSpec, 'job' | 'host' | 'port'>[],
  previous: PrometheusAnswer | undefined,
  now: number,
): Promise<PrometheusAnswer> {
  const ready = await ask({ path: '/-/ready' });
  if (ready.status === 503) throw new ServiceError('starting', 'it says that it is not ready yet (GET /-/ready: 503)');
  if (ready.status !== 200) throw new ServiceError('refused', `GET /-/ready answered with status ${ready.status}`);
  const page = await askText(ask, { path: '/metrics', beyondLimit: 'cut' });
  const targets = readTargets(await askJson(ask, '/api/v1/targets?state=active'));
  const all = [...targets, ...missing(wanted, targets)];
  return {
    ...readOwnMetrics(page),
    targets: keepTimes(all, previous?.targets ?? [], now),
    targetCount: targets.length,
  };
}

function readOwnMetrics(page: string): Omit<PrometheusAnswer, 'targets' | 'targetCount'> {
  const samples = readSamples(page, [...Object.values(SINGLE), ...STORAGE_FAILURES]);
  const seconds = (name: string): number | undefined => {
    const value = samples.get(name);
    return value === undefined || value === 0 ? undefined : Math.round(value * 1000);
  };
  const lowest = samples.get(SINGLE.lowestTimestamp);
  const failures = STORAGE_FAILURES.flatMap((name) => samples.get(name) ?? []);
  return {
    version: readLabel(page, 'prometheus_build_info', 'version') ?? '',
    isConfigLoaded: samples.get(SINGLE.isConfigLoaded) === 1,
    ...present({
      lastConfigTime: seconds(SINGLE.lastConfigTime),
      startedAt: seconds(SINGLE.startedAt),
      headSeries: samples.get(SINGLE.headSeries),
      blocksBytes: samples.get(SINGLE.blocksBytes),
      walBytes: samples.get(SINGLE.walBytes),
      lowestTimestamp: lowest !== undefined && lowest > 0 && lowest < LATEST_TIME ? lowest : undefined,
      storageFailures: failures.length === 0 ? undefined : failures.reduce((sum, count) => sum + count, 0),
    }),
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends Record<string, number | undefined>>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}

type SeenTarget = Omit<ObservedTarget, 'since'>;

function readTargets(answer: unknown): SeenTarget[] {
  const data = isObject(answer) ? answer['data'] : undefined;
  const active = isObject(data) ? data['activeTargets'] : undefined;
  if (!Array.isArray(active)) throw new ServiceError('refused', 'GET /api/v1/targets did not answer with targets');
  return active.filter(isObject).map((target) => {
    const labels = isObject(target['labels']) ? target['labels'] : {};
    const health = textOf(target, 'health');
    return {
      job: textOf(labels, 'job'),
      instance: textOf(labels, 'instance'),
      address: hostAndPort(textOf(target, 'scrapeUrl')),
      health: health === 'up' || health === 'down' ? health : 'unknown',
      lastError: redactText(textOf(target, 'lastError')).slice(0, ERROR_LENGTH),
      lastScrape: timeOf(target, 'lastScrape'),
    };
  });
}

/** `https://gateway.lab:8082/metrics` to `gateway.lab:8082`; empty when it is no URL. */
function hostAndPort(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, port, protocol } = new URL(url);
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}

function missing(
  wanted: readonly Pick<TargetSpec, 'job' | 'host' | 'port'>[],
  targets: readonly SeenTarget[],
): SeenTarget[] {
  const there = new Set(targets.map(({ job, instance }) => `${job} ${instance}`));
  return wanted
    .map(({ job, host, port }) => ({ job, instance: `${host}:${port}` }))
    .filter(({ job, instance }) => !there.has(`${job} ${instance}`))
    .map((target) => ({ ...target, address: target.instance, health: 'missing', lastError: '', lastScrape: 0 }));
}

function keepTimes(targets: readonly SeenTarget[], previous: readonly ObservedTarget[], now: number): ObservedTarget[] {
  const name = ({ job, instance, address }: SeenTarget): string => JSON.stringify([job, instance, address]);
  const before = new Map(previous.map((target) => [name(target), target]));
  return targets
    .map((target) => ({ target, order: name(target) }))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    .slice(0, MOST_TARGETS)
    .map(({ target, order }) => {
      const last = before.get(order);
      // A clock that was set back makes a new beginning.
      const isSame = last?.health === target.health && last.since <= now;
      return { ...target, since: isSame ? last.since : now };
    });
}
