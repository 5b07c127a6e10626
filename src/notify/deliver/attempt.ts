import type { Notification } from '../../model/notification.ts';
import type { ReceiverSpec } from '../../model/notification-spec.ts';

/**
 * What became of one try to deliver. Reasons are for people and hold no secret: neither an address that was read from a
 * file, nor a token, nor what the other side said.
 */
export type AttemptResult =
  | { readonly type: 'sent' }
  /** To be tried again; `after`: milliseconds that the receiver asked for. */
  | { readonly type: 'later'; readonly reason: string; readonly after?: number }
  /** Trying again would bring the same. */
  | { readonly type: 'refused'; readonly reason: string };

/** Tries once to deliver. Resolves within the receiver's time limit and a little more; never rejects for what is outside. */
export type Attempt<R extends ReceiverSpec = ReceiverSpec> = (
  receiver: R,
  notification: Notification,
  signal: AbortSignal,
) => Promise<AttemptResult>;
