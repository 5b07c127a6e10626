import type { GateFiles } from '../model/gates.ts';
import type { Key } from '../model/key.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import type { GateStatus } from '../model/status.ts';
import { gateState, touchCommand } from '../plan/gate.ts';
import type { UntimedTraceEvent } from './trace-bus.ts';
import { withoutEffect } from './without-effect.ts';

/** What the plan was made of. */
interface Seen extends Pick<PlanningInput, 'gates' | 'memory' | 'now'> {
  /** What counts as the time of what is seen now, in milliseconds since the epoch; 0: not known. Default: `now`. */
  readonly since?: number;
}

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
  /** Why the files of gates that are there do not count. */
  readonly #refusals = new Map<Key, string>();
  #consents = new Set<string>();
  #warned: readonly string[] = [];
  #behindOf: DesiredState | undefined;
  #behind = new Map<Key, readonly Key[]>();

  update(desired: DesiredState, plan: Plan, seen: Seen): UntimedTraceEvent[] {
    const { gates } = seen;
    const events: UntimedTraceEvent[] = [];
    const all = desired.resources.filter((resource) => resource.kind === 'Gate');
    if (all.length > 0) {
      const ready = new Set<Key>();
      for (const { key, type } of plan.conditions) if (type === 'Ready') ready.add(key);
      for (const gate of all) {
        const refused = this.#updateRefusal(gate, gateState(gate, { ...seen, desired }).refusal);
        const [first, ...others] = this.#updateGate(gate, ready, seen);
        // Closed, because, and only then what to do.
        if (first?.type === 'gate-closed') events.push(first, ...refused, ...others);
        else events.push(...refused, ...(first === undefined ? [] : [first]), ...others);
      }
    }
    for (const key of this.#turns.keys()) {
      if (all.some((gate) => gate.key === key)) continue;
      this.#turns.delete(key);
      this.#refusals.delete(key);
    }
    const asked = plan.consents.filter(({ file }) => gates.open[file.replace(/\.ok$/, '')] === undefined);
    for (const { file, removes } of asked) {
      if (!this.#consents.has(file))
        events.push({ type: 'consent-waiting', touch: touchCommand(gates.directory, file), removes });
    }
    this.#consents = new Set(asked.map(({ file }) => file));
    const warnings = withoutEffect(desired, gates, plan);
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
        const refused = this.#refusals.get(gate.key);
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

  #updateRefusal({ key, name }: Resource<'Gate'>, refusal: string | undefined): UntimedTraceEvent[] {
    const before = this.#refusals.get(key);
    if (refusal === undefined) this.#refusals.delete(key);
    else this.#refusals.set(key, refusal);
    if (refusal === undefined || refusal === before) return [];
    return [{ type: 'warning', message: `${key}: ${name}.ok is there but does not count: ${refusal}` }];
  }

  #updateGate(gate: Resource<'Gate'>, ready: ReadonlySet<Key>, { gates, now, since = now }: Seen): UntimedTraceEvent[] {
    const { key } = gate;
    const before = this.#turns.get(key);
    const events: UntimedTraceEvent[] = [];
    if (ready.has(key)) {
      if (before?.open === true) return [];
      const opened = before === undefined ? gates.open[gate.name]?.modifiedAt : undefined;
      this.#turns.set(key, { open: true, awaitingHuman: false, since: opened ?? since, asked: undefined });
      return before === undefined ? [] : [{ type: 'gate-opened', key }];
    }
    if (before?.open === true) events.push({ type: 'gate-closed', key });
    const closed = before?.open === false ? before : { awaitingHuman: false, since, asked: undefined };
    const awaitingHuman = gate.dependsOn.every((dependency) => ready.has(dependency));
    const checklist = JSON.stringify(gate.spec.checklist);
    if (awaitingHuman && closed.asked !== checklist) {
      this.#turns.set(key, { open: false, awaitingHuman, since, asked: checklist });
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
