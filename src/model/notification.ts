/** What a notification may be about. */
export const NOTIFICATION_KINDS = [
  /** A gate waits for the human. */
  'halted',
  /** A removal waits for the human. */
  'consent',
  'degraded',
  'stalled',
  /** A certificate is near its end, or past it, and was not renewed. */
  'certificate',
  /** The engine has not answered for long. */
  'engine',
  /** The desired state cannot be read, or holds errors. */
  'desired-state',
  /** What was told before is over. */
  'recovered',
  /** A human tries a receiver. */
  'test',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** How much it presses, as ntfy counts: 2 low, 3 usual, 4 high, 5 at once. */
export type NotificationPriority = 2 | 3 | 4 | 5;

/** One piece of news for a person who is not looking. Holds no secrets. */
export interface Notification {
  /** The same for every attempt to deliver it. */
  readonly id: string;
  readonly kind: NotificationKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Name of the installation. */
  readonly instance: string;
  readonly priority: NotificationPriority;
  /** One line. */
  readonly title: string;
  /** Lines. */
  readonly message: string;
  /** What it is about: resources, files of consents. */
  readonly subjects: readonly string[];
  /** What the person may type, exactly. */
  readonly command?: string;
  /** Where to look: the address that the Bastion says. */
  readonly link?: string;
}
