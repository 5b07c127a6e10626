import type { FieldChange } from '../model/fields.ts';
import { isStackKey, type Key } from '../model/key.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import type { Operation, Step } from '../model/step.ts';
import type { UntimedTraceEvent } from './trace-bus.ts';

/** Causes of steps that somebody wished for. */
const WISHED = new Set([
  'spec changed',
  'context changed',
  'renewal due',
  'renewal requested',
  'authority rotated',
  'authority rotated: the new one is trusted beside the old one',
  'authority rotated: nobody shows a certificate of the old one any more',
]);
/** The same, with a name in them: a job that follows a container, whose start is its cue. */
const CUES = /^runs after every start of /;
/** Kinds whose consumers are told of a change. */
const TELLING = /^(File|FilePatch|LogFile|Certificate|CertificateAuthority)\//;
/** Telling consumers, looking whether they took it, and clearing up after that repairs nothing. */
const NOTICES: ReadonlySet<Operation> = new Set([
  'SignalContainer',
  'RestartContainer',
  'RequestContainer',
  'VerifyLoaded',
  'VerifyServed',
  'TakeUpCertificate',
  'RemovePreviousPairs',
  'RecordNotified',
  'RotateLog',
  'RemoveRotatedLogs',
]);

/** Tells drift (steps for a resource that was as wanted, and whose spec is the same) from progress, and times its healing. */
export class DriftTracker {
  /** Resources that were as wanted, with their spec's hash. */
  readonly #settled = new Map<Key, string>();
  /** Milliseconds since the epoch of the first sight. */
  readonly #drifted = new Map<Key, { readonly hash: string; readonly since: number }>();

  /** @param busy keys that the plan leaves out because steps of theirs run */
  update(desired: DesiredState, plan: Plan, busy: ReadonlySet<Key>, now: number): UntimedTraceEvent[] {
    const events: UntimedTraceEvent[] = [];
    const stepsOf = new Map<Key, Step[]>();
    for (const step of plan.steps) {
      const siblings = stepsOf.get(step.target);
      if (siblings === undefined) stepsOf.set(step.target, [step]);
      else siblings.push(step);
    }
    const ready = new Set<Key>();
    for (const { key, type } of plan.conditions) if (type === 'Ready') ready.add(key);
    const wanted = new Set<Key>();
    for (const { key, hash } of desired.resources) {
      wanted.add(key);
      const drift = this.#drifted.get(key);
      if (drift !== undefined && drift.hash !== hash) this.#drifted.delete(key);
      // Its own steps are those of closed loops around what runs; what is rendered from it has the drift.
      if (busy.has(key) || isStackKey(key)) continue;
      const steps = stepsOf.get(key);
      if (steps === undefined && ready.has(key)) {
        if (drift?.hash === hash) events.push({ type: 'healed', key, milliseconds: now - drift.since });
        this.#drifted.delete(key);
        this.#settled.set(key, hash);
      } else if (steps !== undefined && this.#settled.get(key) === hash && !this.#drifted.has(key)) {
        const cause = steps[0]?.cause ?? '';
        this.#settled.delete(key);
        if (
          key.startsWith('Backup/') ||
          WISHED.has(cause) ||
          CUES.test(cause) ||
          (TELLING.test(key) && steps.every(({ op }) => NOTICES.has(op)))
        )
          continue;
        this.#drifted.set(key, { hash, since: now });
        events.push({ type: 'drift-found', key, cause, fields: fieldsOf(steps) });
      }
    }
    for (const key of this.#settled.keys()) if (!wanted.has(key)) this.#settled.delete(key);
    for (const key of this.#drifted.keys()) if (!wanted.has(key)) this.#drifted.delete(key);
    return events;
  }
}

function fieldsOf(steps: readonly Step[]): FieldChange[] {
  const fields = new Map<string, FieldChange>();
  for (const step of steps) for (const field of step.fields) if (!fields.has(field.path)) fields.set(field.path, field);
  return [...fields.values()];
}
