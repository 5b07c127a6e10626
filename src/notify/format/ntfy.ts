import type { Notification, NotificationKind } from '../../model/notification.ts';

/** ntfy shows these words as pictures: https://docs.ntfy.sh/emojis/ */
const TAGS: Readonly<Record<NotificationKind, string>> = {
  halted: 'raised_hand',
  consent: 'raised_hand',
  degraded: 'warning',
  stalled: 'rotating_light',
  certificate: 'lock',
  engine: 'rotating_light',
  'desired-state': 'memo',
  recovered: 'white_check_mark',
  test: 'bell',
};

/** The message as text, the command in a line of its own. */
export function plainMessage({ message, command }: Notification): string {
  return [message, ...(command === undefined ? [] : [command])].filter((line) => line !== '').join('\n\n');
}

/** Body of a POST to the server's address: https://docs.ntfy.sh/publish/#publish-as-json */
export function ntfyBody(notification: Notification, topic: string): object {
  const { title, priority, kind, link } = notification;
  return {
    topic,
    title,
    message: plainMessage(notification),
    priority,
    tags: [TAGS[kind], kind],
    ...(link === undefined ? {} : { click: link }),
  };
}
