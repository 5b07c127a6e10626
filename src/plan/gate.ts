import { createHash } from 'node:crypto';
import type { Key } from '../model/key.ts';
import type { GateWitness, Memory } from '../model/memory.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { DesiredState, Resource } from '../model/resource.ts';

/** Whether a gate is open, and if not, why. */
export interface GateState {
  readonly open: boolean;
  readonly reason: 'Open' | 'NoFile' | 'FileRefused' | 'SpecChanged' | 'Unreadable';
  readonly message: string;
  /** Why a file that is there does not count; absent where there is none, or it does. */
  readonly refusal?: string;
}

/**
 * A gate to its state. Only a file that the human made opens it; all doubt keeps it closed.
 *
 * With `revalidate: onChange` the file must be newer than the last change of what the gate depends on, as remembered;
 * where nothing is remembered, the change counts as now.
 */
export function gateState(
  gate: Resource<'Gate'>,
  input: Pick<PlanningInput, 'gates' | 'desired' | 'memory' | 'now'>,
): GateState {
  const { gates, desired, memory, now } = input;
  if (gates.error !== undefined) return { open: false, reason: 'Unreadable', message: gates.error };
  const file = gates.open[gate.name];
  const refused = gates.refused[gate.name];
  if (refused !== undefined) {
    const message = `${gate.name}.ok is there but does not count: ${refused}`;
    return { open: false, reason: 'FileRefused', message, refusal: refused };
  }
  if (!file)
    return {
      open: false,
      reason: 'NoFile',
      message: `waits for a human: ${touchCommand(gates.directory, `${gate.name}.ok`)}`,
    };
  if (gate.spec.revalidate === 'onChange') {
    const witness = nextGateWitness(gate, desired, memory, now);
    if (file.modifiedAt <= witness.changedAt) {
      const refusal = agedText(`${gate.name}.ok`, witness, memory.gateWitness[gate.key] !== undefined);
      const message = `${refusal}; check again, then: ${touchCommand(gates.directory, `${gate.name}.ok`)}`;
      return { open: false, reason: 'SpecChanged', message, refusal };
    }
  }
  return { open: true, reason: 'Open', message: 'opened by a human' };
}

/** Why a file is too old for what its gate stands for. */
function agedText(file: string, { isFirst }: GateWitness, isRemembered: boolean): string {
  if (!isRemembered)
    return (
      `nothing is remembered of what it depends on, so that counts as changed just now; ` +
      `once the operator (bastion run, bastion apply) has looked, a ${file} that is newer counts`
    );
  return isFirst === true
    ? `${file} was made before the operator first looked at what it depends on (its state directory was new, or lost)`
    : `what it depends on has changed since ${file} was made`;
}

/** Closed gates behind which a resource lies, through any number of dependencies, sorted. */
export function closedGatesBefore(key: Key, input: Pick<PlanningInput, 'gates' | 'desired' | 'memory' | 'now'>): Key[] {
  const byKey = new Map(input.desired.resources.map((resource) => [resource.key, resource]));
  const seen = new Set<Key>();
  const visit = (each: Key): void => {
    if (seen.has(each)) return;
    seen.add(each);
    byKey.get(each)?.dependsOn.forEach(visit);
  };
  byKey.get(key)?.dependsOn.forEach(visit);
  return [...seen].sort().filter((each) => {
    const gate = byKey.get(each);
    return gate?.kind === 'Gate' && !gateState(gate, input).open;
  });
}

/** The command that the human runs. */
export function touchCommand(directory: string, file: string): string {
  return `touch ${directory}/${file}`;
}

/** What a gate stands for now, with the time since which it has stood for that. The controller remembers it. */
export function nextGateWitness(
  gate: Resource<'Gate'>,
  desired: DesiredState,
  memory: Memory,
  now: number,
): GateWitness {
  const byKey = new Map(desired.resources.map((resource) => [resource.key, resource]));
  const seen = new Set<Key>();
  const visit = (key: Key): void => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const dependency of byKey.get(key)?.dependsOn ?? []) visit(dependency);
  };
  for (const dependency of gate.dependsOn) visit(dependency);
  const lines = [...seen].sort().map((key) => `${key} ${byKey.get(key)?.hash ?? ''}`);
  const hash = createHash('sha256').update(lines.join('\n')).digest('hex');
  const previous = memory.gateWitness[gate.key];
  if (previous?.hash === hash) return previous;
  return { hash, changedAt: now, ...(previous === undefined ? { isFirst: true } : {}) };
}
