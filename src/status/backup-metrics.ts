import { Counter, Gauge, type Registry } from 'prom-client';
import type { BackupStatus } from '../model/backup-status.ts';
import { parseKey, type Key } from '../model/key.ts';
import type { TraceEvent } from '../model/trace.ts';

const LABELS = ['backup'];

/**
 * Metrics of backups, fed by trace events alone. All series of a Backup that is wanted exist from the first scrape after
 * it was seen, and go with it.
 */
export class BackupMetrics {
  readonly #shown = new Set<Key>();
  readonly #success: Gauge;
  readonly #size: Gauge;
  readonly #duration: Gauge;
  readonly #count: Gauge;
  readonly #failures: Counter;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name, help, labelNames: LABELS, registers: [registry] });
    this.#success = gauge(
      'bastion_backup_last_success_timestamp_seconds',
      'When the last backup that can be relied on was done; 0 when there is none.',
    );
    this.#size = gauge('bastion_backup_last_size_bytes', 'Size of that backup, all its files together.');
    this.#duration = gauge('bastion_backup_last_duration_seconds', 'Time that it took to make it.');
    this.#count = gauge('bastion_backup_count', 'Whole backups that are there.');
    this.#failures = new Counter({
      name: 'bastion_backup_failures_total',
      help: 'Steps of a backup that failed.',
      labelNames: LABELS,
      registers: [registry],
    });
  }

  consume(event: TraceEvent): void {
    if (event.type === 'backups-seen') this.#see(event.backups);
    else if (event.type === 'step-finished' && event.step.target.startsWith('Backup/')) {
      const isFailure = event.outcome.type === 'retry' || event.outcome.type === 'terminal';
      if (isFailure) this.#failures.inc({ backup: nameOf(event.step.target) });
    }
  }

  #see(backups: readonly BackupStatus[]): void {
    const wanted = new Set(backups.map(({ key }) => key));
    for (const key of this.#shown) if (!wanted.has(key)) this.#forget(key);
    for (const { key, last, count } of backups) {
      this.#shown.add(key);
      const labels = { backup: nameOf(key) };
      this.#success.set(labels, (last?.finishedAt ?? 0) / 1000);
      this.#size.set(labels, last?.bytes ?? 0);
      this.#duration.set(labels, last === undefined ? 0 : Math.max(0, last.finishedAt - last.startedAt) / 1000);
      this.#count.set(labels, count);
      this.#failures.inc(labels, 0);
    }
  }

  #forget(key: Key): void {
    this.#shown.delete(key);
    const labels = { backup: nameOf(key) };
    for (const metric of [this.#success, this.#size, this.#duration, this.#count, this.#failures])
      metric.remove(labels);
  }
}

function nameOf(key: Key): string {
  return parseKey(key)?.name ?? key;
}
