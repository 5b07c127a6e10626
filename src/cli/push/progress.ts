import type { StatusJson } from '../../status/status-json.ts';

/** How far an operator is with a release. */
export type Progress =
  | { readonly type: 'going' }
  /** There is nothing to plan with; the message says what is missing. */
  | { readonly type: 'stopped'; readonly message: string }
  | { readonly type: 'end'; readonly end: 'converged' | 'halted' | 'failed' | 'superseded'; readonly line: string };

/**
 * What a status says about a release that was made current.
 *
 * @param current commit that is current now
 */
export function progressOf(
  status: Pick<StatusJson, 'revision' | 'result' | 'headline'>,
  commit: string,
  current: string | undefined,
): Progress {
  if (current !== commit)
    return {
      type: 'end',
      end: 'superseded',
      line: `${current?.slice(0, 12) ?? 'nothing'} is current now: another push or a rollback came after this one`,
    };
  if (status.result === 'stopped') return { type: 'stopped', message: status.headline };
  // It has not read the release yet.
  if (status.revision !== commit) return { type: 'going' };
  switch (status.result) {
    case 'converged':
      return { type: 'end', end: 'converged', line: status.headline };
    case 'waiting':
      return { type: 'end', end: 'halted', line: status.headline };
    case 'failing':
      return { type: 'end', end: 'failed', line: `${status.headline}; see bastion status` };
    default:
      return { type: 'going' };
  }
}
