import type { Family } from '../store/family.ts';
import type { MetricStore } from '../store/store.ts';
import { ClientActivity, type Scores } from './client-activity.ts';
import type { ScoreWindows } from './score-windows.ts';
import type { Suspicions } from './suspicions.ts';

/** Tells how unusual each told client is. Heuristics: thresholds belong into alert rules. */
export class ClientScores {
  readonly #clients = new Map<string, ClientActivity>();
  readonly #behaviour: Family;
  readonly #patterns: Family;
  readonly #suspicions: Suspicions;

  constructor(store: MetricStore, windows: ScoreWindows, suspicions: Suspicions) {
    const gauge = (name: string, help: string, label: string, cap: number): Family =>
      store.family({ name, help, type: 'gauge', labels: ['client', label], cap });
    this.#behaviour = gauge(
      'homelab_client_behavior_score',
      'How unusual a client was in the last 15 minutes, 0 to 1, by behaviour.',
      'behavior',
      256,
    );
    this.#patterns = gauge(
      'homelab_suspicious_pattern_score',
      'How much a client looked like a suspicious pattern in the last 15 minutes, 0 to 1; a heuristic.',
      'pattern',
      320,
    );
    this.#suspicions = suspicions;
    windows.onClose((hour, now) => this.#close(hour, now));
  }

  /** What is scored of a client; only those that have a label may be given. It is the client's until it is forgotten. */
  activityOf(client: string, now: number): ClientActivity {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const activity = new ClientActivity(now);
    this.#clients.set(client, activity);
    return activity;
  }

  /** Forgets a client that lost its label. */
  forget(client: string): void {
    this.#clients.delete(client);
    this.#behaviour.remove('client', client);
    this.#patterns.remove('client', client);
    this.#suspicions.forget(client);
  }

  #close(hour: number, now: number): void {
    this.#behaviour.clear();
    this.#patterns.clear();
    const all: [string, Scores][] = [...this.#clients].map(([client, activity]) => [client, activity.close(hour, now)]);
    for (const [client, { behaviour, patterns }] of all) {
      for (const [name, score] of behaviour) this.#behaviour.set([client, name], score);
      for (const [name, score] of patterns) this.#patterns.set([client, name], score);
    }
    this.#suspicions.take(all, now);
  }
}
