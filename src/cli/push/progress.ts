import { revisionText } from '../../model/revision-text.ts';
import type { StatusJson } from '../../status/status-json.ts';

/** How far an operator is with a release. */
export type Progress =
  | { readonly type: 'going' }
  /** It cannot come to an end like this; the message says what is missing. */
  | { readonly type: 'stopped'; readonly message: string }
  | { readonly type: 'end'; readonly end: 'converged' | 'halted' | 'failed' | 'superseded'; readonly line: string };

/**
 * What a status says about a release that was made current.
 *
 * @param current commit that is current now
 * @param since ISO 8601, when the operator was woken
 */
export function progressOf(
  status: Pick<StatusJson, 'revision' | 'result' | 'headline'> & {
    readonly clocks: Pick<StatusJson['clocks'], 'desiredRead'>;
  },
  commit: string,
  current: string | undefined,
  since: string,
): Progress {
  if (current !== commit)
    return {
      type: 'end',
      end: 'superseded',
      line: `${current?.slice(0, 12) ?? 'nothing'} is current now: another push or a rollback came after this one`,
    };
  if (status.result === 'stopped') return { type: 'stopped', message: status.headline };
  if (status.revision !== commit) {
    // It has not read the release yet, or what it reads is something else.
    if ((status.clocks.desiredRead ?? '') <= since) return { type: 'going' };
    const revision = status.revision === null ? 'no commit' : revisionText(status.revision);
    return {
      type: 'stopped',
      message: `is not what the operator reads, which has ${revision}: its desired-state must lead to the current release`,
    };
  }
  switch (status.result) {
    case 'converged':
      return { type: 'end', end: 'converged', line: status.headline };
    case 'waiting':
      return { type: 'end', end: 'halted', line: status.headline };
    case 'failing':
      return { type: 'end', end: 'failed', line: status.headline };
    default:
      return { type: 'going' };
  }
}
