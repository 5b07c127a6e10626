import { constants } from 'node:os';
import type { EngineEvent } from '../engine/wire.ts';
import type { ObservedContainer } from '../model/observed.ts';

const SIGNALS: Readonly<Record<string, number>> = constants.signals;

/**
 * Tells a container that somebody stopped or killed through the engine from one that fell by itself: a `kill` event
 * comes before its end. A signal counts that means to end it: SIGKILL, or the one that `docker stop` sends it.
 */
export class StopWitness {
  /** Signals that running containers were sent, by container id. */
  readonly #sent = new Map<string, Set<number>>();

  hear({ Type, Action, Actor }: EngineEvent): void {
    if (Type !== 'container') return;
    // Each life counts by itself.
    if (Action === 'start' || Action === 'destroy') this.#sent.delete(Actor.ID);
    if (Action !== 'kill') return;
    const text = Actor.Attributes['signal'] ?? '';
    const sent = this.#sent.get(Actor.ID) ?? new Set();
    this.#sent.set(Actor.ID, sent.add(SIGNALS[text] ?? Number(text)));
  }

  /** Whether its end was asked for; false also when no event told. */
  wasStopped({ id, fields }: Pick<ObservedContainer, 'id' | 'fields'>): boolean {
    const sent = this.#sent.get(id);
    if (sent === undefined) return false;
    const signal = fields['stop_signal'];
    const stop = typeof signal === 'string' ? (SIGNALS[signal] ?? Number(signal)) : SIGNALS['SIGTERM'];
    return sent.has(9) || (stop !== undefined && sent.has(stop));
  }
}
