import type { GateFiles } from '../model/gates.ts';
import type { Key } from '../model/key.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import type { GateStatus } from '../model/status.ts';
import { touchCommand } from '../plan/gate.ts';
import { strayHolds } from './stray-holds.ts';
import type { UntimedTraceEvent } from './trace-bus.ts';

interface Turn {
  readonly open: boolean;
  readonly awaitingHuman: boolean;
  readonly since: number;
  /** The checklist that the human was asked with while the gate stayed closed; undefined: not asked yet. */
  readonly asked: string | undefined;
}

/**
 * Notices when gates open and close and when it is the human's turn, and says each once. A dependency that is not Ready
 * for a moment only lets the turn rest: the human was asked, and the time for which they have been asked counts on.
 */
export class GateTracker {
  readonly #turns = new Map<Key, Turn>();
  #consents = new Set<string>();
  #warned: readonly string[] = [];
  #behindOf: DesiredState | undefined;
  #behind = new Map<Key, readonly Key[]>();

  update(desired: DesiredState, plan: Plan, gates: GateFiles, now: number): UntimedTraceEvent[] {
    const events: UntimedTraceEvent[] = [];
    const all = desired.resources.filter((resource) => resource.kind === 'Gate');
    if (all.length > 0) {
      const ready = new Set<Key>();
      for (const { key, type } of plan.conditions) if (type === 'Ready') ready.add(key);
      for (const gate of all) events.push(...this.#updateGate(gate, ready, gates, now));
    }
    for (const key of this.#turns.keys()) {
      if (!all.some((gate) => gate.key === key)) this.#turns.delete(key);
    }
    const asked = plan.consents.filter(({ file }) => gates.open[file.replace(/\.ok$/, '')] === undefined);
    for (const { file, removes } of asked) {
      if (!this.#consents.has(file))
        events.push({ type: 'consent-waiting', touch: touchCommand(gates.directory, file), removes });
    }
    this.#consents = new Set(asked.map(({ file }) => file));
    const warnings = strayHolds(desired, gates, plan);
    for (const message of warnings) if (!this.#warned.includes(message)) events.push({ type: 'warning', message });
    this.#warned = warnings;
    return events;
  }

  statuses(desired: DesiredState, gates: GateFiles): GateStatus[] {
    if (this.#behindOf !== desired) {
      this.#behind = keysBehindGates(desired);
      this.#behindOf = desired;
    }
    return desired.resources
      .filter((resource) => resource.kind === 'Gate')
      .map((gate) => {
        const refused = gates.refused[gate.name];
        const { open, awaitingHuman, since } = this.#turns.get(gate.key) ?? UNSEEN;
        return {
          key: gate.key,
          open,
          awaitingHuman,
          since,
          checklist: gate.spec.checklist,
          touch: touchCommand(gates.directory, `${gate.name}.ok`),
          behind: this.#behind.get(gate.key) ?? [],
          ...(refused === undefined ? {} : { refused }),
        };
      });
  }

  #updateGate(gate: Resource<'Gate'>, ready: ReadonlySet<Key>, gates: GateFiles, now: number): UntimedTraceEvent[] {
    const { key } = gate;
    const before = this.#turns.get(key);
    const events: UntimedTraceEvent[] = [];
    if (ready.has(key)) {
      if (before?.open === true) return [];
      const opened = before === undefined ? gates.open[gate.name]?.modifiedAt : undefined;
      this.#turns.set(key, { open: true, awaitingHuman: false, since: opened ?? now, asked: undefined });
      return before === undefined ? [] : [{ type: 'gate-opened', key }];
    }
    if (before?.open === true) events.push({ type: 'gate-closed', key });
    const closed = before?.open === false ? before : { awaitingHuman: false, since: now, asked: undefined };
    const awaitingHuman = gate.dependsOn.every((dependency) => ready.has(dependency));
    const checklist = JSON.stringify(gate.spec.checklist);
    if (awaitingHuman && closed.asked !== checklist) {
      this.#turns.set(key, { open: false, awaitingHuman, since: now, asked: checklist });
      const touch = touchCommand(gates.directory, `${gate.name}.ok`);
      return [...events, { type: 'gate-waiting', key, touch, checklist: gate.spec.checklist }];
    }
    this.#turns.set(key, { ...closed, open: false, awaitingHuman });
    if (closed.awaitingHuman !== awaitingHuman)
      events.push({ type: 'gate-turn', key, awaitingHuman, since: closed.since });
    return events;
  }
}

const UNSEEN = { open: false, awaitingHuman: false, since: 0 };

/** Every gate to all that waits behind it, directly or not, sorted; of a high-level resource not its parts besides. */
function keysBehindGates(desired: DesiredState): Map<Key, readonly Key[]> {
  const dependents = new Map<Key, Key[]>();
  const origins = new Map<Key, Key>();
  for (const { key, dependsOn, renderedFrom } of desired.resources) {
    if (renderedFrom !== undefined) origins.set(key, renderedFrom);
    for (const dependency of dependsOn) {
      const siblings = dependents.get(dependency);
      if (siblings === undefined) dependents.set(dependency, [key]);
      else siblings.push(key);
    }
  }
  const behind = new Map<Key, readonly Key[]>();
  for (const gate of desired.resources) {
    if (gate.kind !== 'Gate') continue;
    const reached = new Set<Key>();
    const open = [gate.key];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      for (const dependent of dependents.get(key) ?? []) {
        if (reached.has(dependent)) continue;
        reached.add(dependent);
        open.push(dependent);
      }
    }
    const withoutParts = [...reached].filter((key) => {
      const origin = origins.get(key);
      return origin === undefined || !reached.has(origin);
    });
    behind.set(gate.key, withoutParts.sort());
  }
  return behind;
}
