import { Counter, Gauge, type Registry } from 'prom-client';
import type { CertificateStatus } from '../model/certificate-status.ts';
import { parseKey, type Key } from '../model/key.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { Operation } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';

const OF_FILE = ['kind', 'name'];
/** Only a Certificate is looked at as it is served: what reads an authority's bundle serves none of its own. */
const OF_CONSUMER = ['name', 'consumer'];
const RESULTS = ['success', 'failure'] as const;
/** Operations that end with another certificate live. */
const RENEWALS: readonly Operation[] = ['IssueCertificate', 'TakeUpCertificate'];

function fileLabels(key: Key): { kind: string; name: string } {
  return parseKey(key) ?? { kind: 'other', name: key };
}

/** Milliseconds to seconds; NaN, which no comparison holds for, when it is not known. */
function seconds(milliseconds: number | undefined): number {
  return milliseconds === undefined ? NaN : milliseconds / 1000;
}

function failed(result: ObservedServed): boolean {
  return result.state === 'unreachable' || result.failure !== undefined;
}

/**
 * Metrics of authorities and certificates, on the disk and as their consumers serve them, fed by trace events alone.
 * Every series of a certificate that is wanted exists from the first scrape, and goes with the certificate.
 */
export class CertificateMetrics {
  readonly #registry: Registry;
  /** Consumers of every authority and certificate that has series now. */
  readonly #shown = new Map<Key, ReadonlySet<string>>();
  #seen: readonly CertificateStatus[] = [];
  #isFresh = true;

  readonly #notAfter: Gauge;
  readonly #notBefore: Gauge;
  readonly #servedNotAfter: Gauge;
  readonly #servedNotBefore: Gauge;
  readonly #servedCurrent: Gauge;
  readonly #renewalAt: Gauge;
  readonly #renewals: Counter;
  readonly #handshakeFailures: Counter;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#notAfter = this.#gauge(
      'bastion_certificate_not_after_timestamp_seconds',
      'End of the validity of the certificate on the disk; 0 when there is none that can be read.',
      OF_FILE,
    );
    this.#notBefore = this.#gauge(
      'bastion_certificate_not_before_timestamp_seconds',
      'Beginning of the validity of the certificate on the disk; 0 when there is none that can be read.',
      OF_FILE,
    );
    this.#servedNotAfter = this.#gauge(
      'bastion_certificate_served_not_after_timestamp_seconds',
      'End of the validity of the certificate that a consumer serves, as dialled last; NaN when it showed none.',
      OF_CONSUMER,
    );
    this.#servedNotBefore = this.#gauge(
      'bastion_certificate_served_not_before_timestamp_seconds',
      'Beginning of the validity of the certificate that a consumer serves, as dialled last; NaN when it showed none.',
      OF_CONSUMER,
    );
    this.#servedCurrent = this.#gauge(
      'bastion_certificate_served_current',
      'Whether a consumer serves what is on the disk: 1 or 0; NaN when that is not known.',
      OF_CONSUMER,
    );
    this.#renewalAt = this.#gauge(
      'bastion_certificate_renewal_timestamp_seconds',
      'When the certificate is due for renewal; NaN when there is none that can be read.',
      ['name'],
    );
    this.#renewals = this.#counter(
      'bastion_certificate_renewals_total',
      'Tries to put a new certificate in place (the first one, too), by result.',
      ['name', 'result'],
    );
    this.#handshakeFailures = this.#counter(
      'bastion_certificate_handshake_failures_total',
      'Dials of a consumer that ended without a handshake: not reached, not trusted, or our certificate refused.',
      OF_CONSUMER,
    );
  }

  consume(event: TraceEvent): void {
    if (event.type === 'certificates-seen') {
      this.#seen = event.certificates;
      this.#isFresh = false;
    } else if (event.type === 'served-checked') {
      const labels = { name: fileLabels(event.key).name, consumer: event.consumer };
      this.#handshakeFailures.inc(labels, failed(event.result) ? 1 : 0);
      this.#note(event.key, [event.consumer]);
    } else if (event.type === 'step-finished' && RENEWALS.includes(event.step.op)) {
      const { type } = event.outcome;
      if (type === 'skipped' || type === 'requeueAfter') return;
      const { name } = fileLabels(event.step.target);
      this.#renewals.inc({ name, result: type === 'done' ? 'success' : 'failure' });
      this.#note(event.step.target, []);
    }
  }

  /** Brings the gauges up to date; called before they are read, so that a pass which nobody scrapes costs nothing. */
  refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    const wanted = new Map(this.#seen.map(({ key, consumers }) => [key, new Set(consumers.map(({ name }) => name))]));
    for (const [key, consumers] of this.#shown) {
      const still = wanted.get(key);
      for (const consumer of consumers) if (still?.has(consumer) !== true) this.#forgetConsumer(key, consumer);
      if (still === undefined) this.#forget(key);
    }
    this.#shown.clear();
    for (const [key, consumers] of wanted) this.#shown.set(key, consumers);
    for (const status of this.#seen) this.#show(status);
  }

  /** It may be known by an event before a pass has seen it: whatever has series is also forgotten. */
  #note(key: Key, consumers: readonly string[]): void {
    this.#shown.set(key, new Set([...(this.#shown.get(key) ?? []), ...consumers]));
    this.#isFresh = false;
  }

  #show({ key, file, renewalAt, consumers }: CertificateStatus): void {
    const labels = fileLabels(key);
    this.#notAfter.set(labels, (file?.notAfter ?? 0) / 1000);
    this.#notBefore.set(labels, (file?.notBefore ?? 0) / 1000);
    if (labels.kind !== 'Certificate') return;
    const { name } = labels;
    this.#renewalAt.set({ name }, seconds(renewalAt));
    for (const result of RESULTS) this.#renewals.inc({ name, result }, 0);
    for (const { name: consumer, served, isCurrent } of consumers) {
      const ofConsumer = { name, consumer };
      const shown = served?.state === 'served' ? served : undefined;
      this.#servedNotAfter.set(ofConsumer, seconds(shown?.notAfter));
      this.#servedNotBefore.set(ofConsumer, seconds(shown?.notBefore));
      this.#servedCurrent.set(ofConsumer, isCurrent === undefined ? NaN : Number(isCurrent));
      this.#handshakeFailures.inc(ofConsumer, 0);
    }
  }

  #forget(key: Key): void {
    const labels = fileLabels(key);
    this.#notAfter.remove(labels);
    this.#notBefore.remove(labels);
    if (labels.kind !== 'Certificate') return;
    this.#renewalAt.remove({ name: labels.name });
    for (const result of RESULTS) this.#renewals.remove({ name: labels.name, result });
  }

  #forgetConsumer(key: Key, consumer: string): void {
    const { kind, name } = fileLabels(key);
    if (kind !== 'Certificate') return;
    const labels = { name, consumer };
    for (const metric of [this.#servedNotAfter, this.#servedNotBefore, this.#servedCurrent, this.#handshakeFailures])
      metric.remove(labels);
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}
