import type { Notification } from '../../model/notification.ts';

/** Plain JSON for programs: the notification itself, its time as ISO 8601, members that are absent as null. */
export function genericBody({ at, command, link, ...rest }: Notification): object {
  return { ...rest, at: new Date(at).toISOString(), command: command ?? null, link: link ?? null };
}
