import type { Engine } from '../../../src/engine/port.ts';
import type { StepContext } from '../../../src/apply/context.ts';
import { StepError, type StepErrorCode } from '../../../src/apply/step-error.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { certificateContext } from '../../support/certificate-context.ts';
import { stubEngine } from '../../support/stub-engine.ts';

/** A context with an engine of the given methods; `said` collects progress. */
export function stepContext(
  engine: Partial<Engine>,
  extra: Partial<StepContext> = {},
): StepContext & { readonly said: string[] } {
  const said: string[] = [];
  return {
    engine: stubEngine(engine),
    clock: systemClock,
    stateDirectory: '/nonexistent',
    remember: {
      recordRollback: () => Promise.resolve(),
      recordNotified: () => Promise.resolve(),
      recordPatched: () => Promise.resolve(),
      recordLevel: () => Promise.resolve(),
      recordRemediation: () => Promise.resolve(),
    },
    reportDeleted: () => undefined,
    target: 'Container/web',
    ...certificateContext(),
    activeChecks: new Set(),
    progress: (text) => said.push(text),
    said,
    ...extra,
  };
}

/** Awaits a step that must fail with a StepError of this code, and returns its message. */
export async function expectStepError(step: Promise<unknown>, code: StepErrorCode): Promise<string> {
  const error: unknown = await step.then(
    () => new Error(`expected ${code}, but the step succeeded`),
    (reason: unknown) => reason,
  );
  if (error instanceof StepError && error.code === code) return error.message;
  throw error instanceof Error ? error : new Error(String(error));
}
