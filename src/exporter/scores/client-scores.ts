import type { Family } from '../store/family.ts';
import type { MetricStore } from '../store/store.ts';
import { ClientActivity, type ScoredQuery } from './client-activity.ts';

/** Scores are of whole windows of this length in milliseconds. */
export const WINDOW = 15 * 60_000;

/** Tells how unusual each told client is. Heuristics: thresholds belong into alert rules. */
export class ClientScores {
  readonly #clients = new Map<string, ClientActivity>();
  readonly #behaviour: Family;
  readonly #patterns: Family;
  #windowSince: number | undefined;

  /** `now` in milliseconds. */
  constructor(store: MetricStore, now: () => number) {
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
      192,
    );
    store.beforeRender(() => this.#closeWindow(now()));
  }

  /** What is scored of a client; only those that have a label may be given. It is the client's until it is forgotten. */
  activityOf(client: string, now: number): ClientActivity {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const activity = new ClientActivity(now);
    this.#clients.set(client, activity);
    return activity;
  }

  /** Counts a query of such a client. */
  observe(activity: ClientActivity, query: ScoredQuery, now: number): void {
    this.#closeWindow(now);
    activity.observe(query, now);
  }

  /** Forgets a client that lost its label. */
  forget(client: string): void {
    this.#clients.delete(client);
    this.#behaviour.remove('client', client);
    this.#patterns.remove('client', client);
  }

  #closeWindow(now: number): void {
    this.#windowSince ??= now;
    if (Math.abs(now - this.#windowSince) < WINDOW) return;
    const hour = new Date(this.#windowSince).getUTCHours();
    this.#windowSince = now;
    this.#behaviour.clear();
    this.#patterns.clear();
    for (const [client, activity] of this.#clients) {
      const { behaviour, patterns } = activity.close(hour, now);
      for (const [name, score] of behaviour) this.#behaviour.set([client, name], score);
      for (const [name, score] of patterns) this.#patterns.set([client, name], score);
    }
  }
}
