/** What became of a step. Errors are values here; nothing is thrown past the executor. */
export type Outcome =
  /** `made`: id of the container that this step made itself. `said`: what it found out that the history keeps. */
  | { readonly type: 'done'; readonly made?: string; readonly said?: string }
  /** Nothing wrong, but look again after so many milliseconds (e.g. the object changed under us). */
  | { readonly type: 'requeueAfter'; readonly milliseconds: number; readonly reason: string }
  /** Failed; worth another try after a backoff. */
  | { readonly type: 'retry'; readonly error: OutcomeError }
  /** Failed; not to be tried again until the spec changes. */
  | { readonly type: 'terminal'; readonly error: OutcomeError }
  /** Not started: something before it failed. */
  | { readonly type: 'skipped'; readonly because: string };

export interface OutcomeError {
  /** Stable, e.g. `ENGINE_CONFLICT`, `IMAGE_UNAVAILABLE`, `CONFIG_REJECTED`. */
  readonly code: string;
  readonly message: string;
  /** What it is about, where a resource has several: the `servedId` of a consumer, the sha256 of a content. */
  readonly of?: string;
}
