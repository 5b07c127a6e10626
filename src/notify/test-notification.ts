import type { Notification } from '../model/notification.ts';
import type { ComposeContext } from './compose.ts';

/** What a human sends to see whether a receiver works. */
export function testNotification({ instance, at, link }: ComposeContext): Notification {
  const name = instance === '' ? 'bastion' : instance;
  return {
    id: `${name}-${at.toString(36)}-test`,
    kind: 'test',
    at,
    instance: name,
    priority: 3,
    title: `${name}: a test`,
    message: 'Somebody tries whether this arrives (bastion notify test). Nothing is wrong.',
    subjects: [],
    ...(link === undefined ? {} : { link }),
  };
}
