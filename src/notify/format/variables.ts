import type { Notification } from '../../model/notification.ts';

/** Environment variables of a command. */
export function notificationVariables({
  id,
  kind,
  at,
  instance,
  priority,
  title,
  message,
  subjects,
  command,
  link,
}: Notification): Record<string, string> {
  const members = {
    ID: id,
    KIND: kind,
    AT: new Date(at).toISOString(),
    INSTANCE: instance,
    PRIORITY: String(priority),
    TITLE: title,
    MESSAGE: message,
    SUBJECTS: subjects.join(' '),
    COMMAND: command ?? '',
    LINK: link ?? '',
  };
  return Object.fromEntries(
    // A NUL ends a variable, and Node refuses it.
    Object.entries(members).map(([name, value]) => [`BASTION_NOTIFICATION_${name}`, value.replaceAll('\0', '')]),
  );
}
