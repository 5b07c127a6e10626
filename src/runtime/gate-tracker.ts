import type { GateFiles } from '../model/gates.ts';
import type { Key } from '../model/key.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import type { GateStatus } from '../model/status.ts';
import { touchCommand } from '../plan/gate.ts';
import type { UntimedTraceEvent } from './trace-bus.ts';

interface Turn {
  readonly open: boolean;
  readonly awaitingHuman: boolean;
  readonly since: number;
}

/** Notices when gates open and close and when it is the human's turn, and says each once. */
export class GateTracker {
  readonly #turns = new Map<Key, Turn>();
  #consents = new Set<string>();
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
        return {
          key: gate.key,
          ...(this.#turns.get(gate.key) ?? { open: false, awaitingHuman: false, since: 0 }),
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
    const open = ready.has(key);
    const awaitingHuman = !open && gate.dependsOn.every((dependency) => ready.has(dependency));
    if (before?.open === open && before.awaitingHuman === awaitingHuman) return [];
    const opened = gates.open[gate.name]?.modifiedAt;
    this.#turns.set(key, { open, awaitingHuman, since: before === undefined && open ? (opened ?? now) : now });
    const events: UntimedTraceEvent[] = [];
    if (before !== undefined && before.open !== open) events.push({ type: open ? 'gate-opened' : 'gate-closed', key });
    if (awaitingHuman && before?.awaitingHuman !== true) {
      const touch = touchCommand(gates.directory, `${gate.name}.ok`);
      events.push({ type: 'gate-waiting', key, touch, checklist: gate.spec.checklist });
    }
    return events;
  }
}

/** Every gate to all that waits behind it, directly or not, sorted. */
function keysBehindGates(desired: DesiredState): Map<Key, readonly Key[]> {
  const dependents = new Map<Key, Key[]>();
  for (const { key, dependsOn } of desired.resources) {
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
    behind.set(gate.key, [...reached].sort());
  }
  return behind;
}
