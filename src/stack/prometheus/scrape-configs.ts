import { keyOf } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { CERTIFICATES_INSIDE } from '../names.ts';
import { milliseconds, shorter } from '../quantities.ts';
import type { House } from '../renderer.ts';
import { JOBS } from './members.ts';
import { scrapeNames } from './scrape-names.ts';
import { bundleInside, TARGETS_INSIDE } from './places.ts';
import { prometheusSize, type Effective } from './pressure.ts';
import type { Target } from './target.ts';

/** Label that exists only while targets are relabelled: Prometheus drops labels that begin with __ by itself. */
const MARKER_LABEL = '__tmp_bastion_config';
/** This one is dropped by the last of our own rules. */
const DROP_LABEL = '__tmp_bastion_drop';
/** A file of targets holds one; more are a mistake. */
const TARGET_LIMIT = 10;
/** Prometheus sees changes by itself; this is for what the kernel did not tell it. */
const REFRESH = '1m';

/** What holds for all scrape configurations of a Prometheus. */
export interface ScrapeContext {
  readonly prometheus: PrometheusManifest;
  readonly house: House;
  readonly settings: Effective;
  /** Metrics that rules read: never dropped. */
  readonly needed: readonly string[];
  /** What the configuration is recognised by; goes into that of Prometheus itself. */
  readonly marker: string;
}

/** One scrape configuration a target, in the subset of keys that 2.42 and 3.x both take. */
export function scrapeConfigs(targets: readonly Target[], context: ScrapeContext): readonly object[] {
  const names = scrapeNames(targets);
  return targets.map((target, position) => scrapeConfig(target, names[position] ?? target.job, context));
}

function scrapeConfig(target: Target, name: string, context: ScrapeContext): object {
  const { house, settings, prometheus } = context;
  const { spec } = prometheus;
  const interval = settings.interval(target.interval);
  const isGeneral = milliseconds(interval) === milliseconds(settings.interval());
  const timeout = shorter(spec.scrapeTimeout, interval);
  const limits = settings.limits(target.limits);
  const isOwn = target.job === JOBS.Prometheus && target.resource === keyOf('Prometheus', prometheus.metadata.name);
  return {
    job_name: name,
    scheme: target.tls === undefined ? 'http' : 'https',
    metrics_path: target.path,
    ...(isGeneral ? {} : { scrape_interval: interval, scrape_timeout: timeout }),
    follow_redirects: false,
    sample_limit: limits.samples,
    label_limit: limits.labels,
    label_name_length_limit: limits.labelNameLength,
    label_value_length_limit: limits.labelValueLength,
    body_size_limit: prometheusSize(limits.bodySize),
    target_limit: TARGET_LIMIT,
    ...(target.tls === undefined
      ? {}
      : {
          tls_config: {
            ca_file: bundleInside(target.tls.authority, house),
            cert_file: `${CERTIFICATES_INSIDE}/tls.crt`,
            key_file: `${CERTIFICATES_INSIDE}/tls.key`,
            server_name: target.tls.serverName,
            min_version: 'TLS12',
          },
        }),
    file_sd_configs: [{ files: [`${TARGETS_INSIDE}/${name}.json`], refresh_interval: REFRESH }],
    ...(isOwn ? { relabel_configs: [{ target_label: MARKER_LABEL, replacement: context.marker }] } : {}),
    ...(settings.drop.length === 0 ? {} : { metric_relabel_configs: dropRules(settings.drop, context.needed) }),
  };
}

/** Marks what is to go, unmarks what rules read, drops what is still marked. */
function dropRules(drop: readonly string[], needed: readonly string[]): readonly object[] {
  const mark = (names: readonly string[], replacement: string): object => ({
    source_labels: ['__name__'],
    regex: anyOf(names),
    target_label: DROP_LABEL,
    replacement,
  });
  const spared = needed.filter((name) => mayMatch(drop, name));
  return [
    mark(drop, 'drop'),
    ...(spared.length === 0 ? [] : [mark(spared, '')]),
    { source_labels: [DROP_LABEL], regex: 'drop', action: 'drop' },
  ];
}

function anyOf(expressions: readonly string[]): string {
  return expressions.map((expression) => `(?:${expression})`).join('|');
}

/** Expressions are of RE2; one that JavaScript cannot read may match anything. */
function mayMatch(expressions: readonly string[], name: string): boolean {
  try {
    return new RegExp(`^(?:${anyOf(expressions)})$`).test(name);
  } catch {
    return true;
  }
}
