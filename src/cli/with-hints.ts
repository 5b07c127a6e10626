import { completeHints, type GivenFlags } from './hinted-command.ts';
import type { Output } from './output.ts';

/** An output for texts that people read, on which hints are as they have to be typed. */
export function withHints(output: Output, given: GivenFlags): Output {
  return { ...output, write: (text) => output.write(completeHints(text, given)) };
}
