import { degraded, progressing, type ConditionDraft, type ResourcePlan, type StepDraft } from '../draft.ts';
import type { Key } from '../../model/key.ts';

/** What is known of a resource from outside, by what services say. Several of them make one (`together`). */
export interface Verdict {
  /** What must be seen before it counts as Ready, worst first. */
  readonly waits: readonly ConditionDraft[];
  /** What is wrong, worst first. */
  readonly troubles: readonly ConditionDraft[];
  /** false: it does not do what it is for, so it is not Ready. */
  readonly isServing: boolean;
  readonly steps: readonly StepDraft[];
  /** Resources whose objects the steps touch. */
  readonly touches: readonly Key[];
  /** Milliseconds since the epoch at which it may change by itself. */
  readonly wakeAt?: number | undefined;
}

/** A verdict with defaults: nothing is known against it. */
export function verdict(parts: Partial<Verdict> = {}): Verdict {
  return { waits: [], troubles: [], isServing: true, steps: [], touches: [], ...parts };
}

/** Is waited for; at `wakeAt` it is not any more. */
export function waitsFor(reason: string, message: string, wakeAt?: number): Verdict {
  return verdict({ waits: [progressing(reason, message)], wakeAt });
}

/** Something is wrong; with `isServing` it does what it is for all the same. */
export function trouble(reason: string, message: string, { isServing = true, wakeAt }: TroubleOptions = {}): Verdict {
  return verdict({ troubles: [degraded(reason, message)], isServing, wakeAt });
}

interface TroubleOptions {
  readonly isServing?: boolean;
  readonly wakeAt?: number | undefined;
}

/** All of them, in this order. */
export function together(verdicts: readonly Verdict[]): Verdict {
  const times = verdicts.flatMap(({ wakeAt }) => wakeAt ?? []);
  return {
    waits: verdicts.flatMap(({ waits }) => waits),
    troubles: verdicts.flatMap(({ troubles }) => troubles),
    isServing: verdicts.every(({ isServing }) => isServing),
    steps: verdicts.flatMap(({ steps }) => steps),
    touches: verdicts.flatMap(({ touches }) => touches),
    wakeAt: times.length === 0 ? undefined : Math.min(...times),
  };
}

/** What the parts of a resource came to, and what is known of it from outside, as its plan. */
export function resourceVerdict(
  parts: ConditionDraft,
  known: Verdict,
): Partial<ResourcePlan> & Pick<ResourcePlan, 'conditions'> {
  const { waits, troubles, isServing, steps, touches, wakeAt } = known;
  const [first] = troubles;
  const told = first === undefined ? [] : [degraded(first.reason, troubles.map(({ message }) => message).join('. '))];
  const arePartsReady = parts.type === 'Ready';
  const [wait] = waits;
  const standing = !arePartsReady ? [parts] : wait !== undefined ? [wait] : isServing ? [parts] : [];
  return {
    steps,
    conditions: [...standing, ...told],
    // Steps of the loops touch what is there; nobody has to wait for them.
    needs: 'nothing',
    readyAfterSteps: arePartsReady && wait === undefined,
    isUsable: arePartsReady && wait === undefined,
    alsoTouches: [...new Set(touches)],
    wakeAt,
  };
}
