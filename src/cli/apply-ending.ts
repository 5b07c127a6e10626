import type { PassResult } from '../model/trace.ts';
import { withoutPromise } from '../model/tried-again.ts';
import { completeHints, hintedCommand, type GivenFlags } from './hinted-command.ts';

/** What `bastion apply` says last, beside what it told: where things stand, and that it tries no more; empty when all is well. */
export function applyEnding(result: PassResult, headline: string, given: GivenFlags): string {
  if (result === 'converged') return '';
  const standing = `${completeHints(withoutPromise(headline), given)}\n`;
  if (result !== 'failing') return standing;
  const [again, on] = [hintedCommand('apply', given), hintedCommand('run', given)];
  return `${standing}not tried again by this command: mend it and repeat ${again}, or let ${on} go on trying\n`;
}
