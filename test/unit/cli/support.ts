import { expect } from 'chai';
import { UsageError } from '../../../src/cli/errors.ts';
import type { Output } from '../../../src/cli/output.ts';

/** The call must end in a UsageError whose message holds the text. */
export async function expectUsageError(call: () => Promise<unknown>, text: string): Promise<void> {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(UsageError);
  expect((error as Error).message).to.contain(text);
}

/** An output that keeps what is written. */
export function memoryOutput(): Output & { text: string } {
  const output = {
    text: '',
    terminal: false,
    color: false,
    write: (text: string): void => {
      output.text += text;
    },
  };
  return output;
}
