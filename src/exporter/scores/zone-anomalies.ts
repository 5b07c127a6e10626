import { hash } from '../hash.ts';
import type { Family } from '../store/family.ts';
import type { MetricStore } from '../store/store.ts';
import { Hysteresis } from './hysteresis.ts';
import type { ScoreWindows } from './score-windows.ts';
import { SeenDomains } from './seen-domains.ts';
import { ANOMALIES, ZoneActivity, type Anomaly } from './zone-activity.ts';

const DAY = 86_400_000;
const CAP = 18 * ANOMALIES.length;

interface Watched {
  readonly activity: ZoneActivity;
  readonly states: ReadonlyMap<Anomaly, Hysteresis>;
}

/** What goes on now, for the debug page. */
export interface ActiveAnomaly {
  readonly zone: string;
  readonly type: Anomaly;
}

/** Tells which zones behave unlike themselves. Zones are those of the configuration and `unknown`: they never go. */
export class ZoneAnomalies {
  readonly #zones = new Map<string, Watched>();
  readonly #active: Family;
  readonly #total: Family;
  readonly #clients: SeenDomains;
  readonly #since: number;

  /** `now` in milliseconds: which clients are new is known a day later. */
  constructor(store: MetricStore, windows: ScoreWindows, now: number) {
    const labels = ['zone', 'type'];
    this.#active = store.family({
      name: 'homelab_network_anomaly_active',
      help: 'Whether a zone behaves unlike itself, 0 or 1: on after two windows of 15 minutes with a score above 0.8, off below 0.5.',
      type: 'gauge',
      labels,
      cap: CAP,
    });
    this.#total = store.family({
      name: 'homelab_network_anomalies_total',
      help: 'Times that an anomaly of a zone came on.',
      type: 'counter',
      labels,
      cap: CAP,
    });
    this.#since = now;
    this.#clients = new SeenDomains(now);
    windows.onClose((hour) => this.#close(hour));
  }

  /** What is counted of a zone. */
  activityOf(zone: string): ZoneActivity {
    return this.#zones.get(zone)?.activity ?? this.#watch(zone);
  }

  /** Takes notice of a client: once a window is enough. */
  meet(activity: ZoneActivity, address: string, now: number): void {
    const known = this.#clients.add(hash(address), now);
    if (!known && now - this.#since >= DAY) activity.newClient();
  }

  get active(): ActiveAnomaly[] {
    return [...this.#zones].flatMap(([zone, { states }]) =>
      [...states].flatMap(([type, state]) => (state.active ? [{ zone, type }] : [])),
    );
  }

  #watch(zone: string): ZoneActivity {
    const activity = new ZoneActivity();
    this.#zones.set(zone, { activity, states: new Map(ANOMALIES.map((type) => [type, new Hysteresis()])) });
    for (const type of ANOMALIES) {
      this.#active.set([zone, type], 0);
      this.#total.set([zone, type], 0);
    }
    return activity;
  }

  #close(hour: number): void {
    const heard = [...this.#zones.values()].some(({ activity }) => activity.queries > 0);
    for (const [zone, { activity, states }] of this.#zones) {
      const scores = activity.close(hour, heard);
      for (const [type, state] of states) {
        if (state.take(scores.get(type))) this.#total.add([zone, type]);
        this.#active.set([zone, type], state.active ? 1 : 0);
      }
    }
  }
}
