import type { HistoryLine } from '../history.ts';
import type { StatusJson } from '../status-json.ts';

/** All that a page is made of. */
export interface PageInput {
  /** Secrets are redacted in it already. */
  readonly status: StatusJson;
  /** The last steps that ran, oldest first. */
  readonly history: readonly HistoryLine[];
  /** Why there is no history to show; undefined when there is. */
  readonly historyProblem?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
