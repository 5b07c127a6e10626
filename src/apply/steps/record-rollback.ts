import type { StepArguments } from '../../model/step.ts';
import { consumerLog } from '../consumer-log.ts';
import type { StepContext } from '../context.ts';
import { secretsOf } from '../secrets-of.ts';

/** Milliseconds: while the log is read, nobody serves. */
const LOG_DEADLINE = 3_000;

/** Remembers why something was rolled back, and what a container that is removed now said last. */
export async function recordRollback(
  { specHash, reason, container }: StepArguments['RecordRollback'],
  context: StepContext,
): Promise<{ readonly said: string } | undefined> {
  const { remember, target } = context;
  const log = container === undefined ? '' : await lastWords(container, context);
  if (log === '') {
    await remember.recordRollback(target, specHash, reason);
    return undefined;
  }
  await remember.recordRollback(target, specHash, reason, log);
  return { said: log };
}

/** Empty where it said nothing, where the engine does not tell in time, and where nobody knows what is secret in it. */
async function lastWords(container: string, { engine, clock }: StepContext): Promise<string> {
  let cancel = (): void => undefined;
  const late = new Promise<string>((resolve) => (cancel = clock.after(LOG_DEADLINE, () => resolve(''))));
  const read = async (): Promise<string> => {
    const inspect = await engine.inspectContainer(container).catch(() => undefined);
    if (inspect === undefined) return '';
    return await consumerLog(engine, container, { hasEnded: true, secrets: secretsOf(inspect.Config) });
  };
  try {
    return await Promise.race([read(), late]);
  } finally {
    cancel();
  }
}
