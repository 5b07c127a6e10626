import { hasProgram } from '../../scripts/support/run-command.ts';
import { skipBecause } from './skip.ts';

/** Skips the test or suite of the context where there is no such program. */
export async function requireProgram(context: Mocha.Context, name: string): Promise<void> {
  if (!(await hasProgram(name))) skipBecause(context, `there is no ${name} on this machine`);
}
