import { isCertsError } from '../certs/errors.ts';
import { TakenError } from '../certs/taken-error.ts';
import type { Operation } from '../model/step.ts';
import type { StepFunction } from './context.ts';
import { StepError } from './step-error.ts';

/** A step on certificates, with the errors of `certs` as step errors: ISSUE_FAILED, and PATH_TAKEN. */
export function certificateStep<O extends Operation>(run: StepFunction<O>): StepFunction<O> {
  return async (args, context) => {
    try {
      return await run(args, context);
    } catch (error) {
      if (isCertsError(error)) throw new StepError('ISSUE_FAILED', `${error.message}.`, { cause: error });
      if (error instanceof TakenError) throw new StepError('PATH_TAKEN', error.message, { cause: error });
      throw error;
    }
  };
}
