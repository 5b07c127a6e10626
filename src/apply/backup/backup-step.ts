import { isEngineError } from '../../engine/errors.ts';
import type { BackupStepArguments } from '../../model/backup-steps.ts';
import type { StepFunction } from '../context.ts';
import { fileErrorText } from '../file-error-text.ts';
import { StepError } from '../step-error.ts';
import { discardLeftovers } from './unfinished.ts';

/**
 * A step of a backup, with what it may fail with as a step error: BACKUP_FAILED. What is unfinished then is removed at
 * once, so that it pins no space until the next try.
 */
export function backupStep<O extends keyof BackupStepArguments>(run: StepFunction<O>): StepFunction<O> {
  return async (args, context) => {
    try {
      return await run(args, context);
    } catch (error) {
      const dataDirectory = 'dataDirectory' in args ? args.dataDirectory : undefined;
      // What cannot be removed now is removed when the next one begins; the first failure is what people need to know.
      await discardLeftovers(args.directory, dataDirectory).catch(() => undefined);
      if (error instanceof StepError || isEngineError(error)) throw error;
      throw new StepError('BACKUP_FAILED', fileErrorText(error) ?? (error as Error).message, { cause: error });
    }
  };
}
