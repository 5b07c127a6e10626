import type { Notification } from '../../../src/model/notification.ts';
import { NOW } from '../trace-events.ts';

/** A notification that waits for the human. */
export function sampleNotification(more: Partial<Notification> = {}): Notification {
  return {
    id: 'demo-1-0',
    kind: 'halted',
    at: NOW,
    instance: 'demo',
    priority: 4,
    title: 'demo: halted at gate visible: it is your turn',
    message: '[ ] look <twice> & "ask"',
    subjects: ['Gate/visible'],
    command: 'touch /etc/bastion/gates/visible.ok',
    link: 'https://bastion.lab/',
    ...more,
  };
}
