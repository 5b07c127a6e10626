import type { NotificationKind, NotificationPriority } from '../model/notification.ts';

/** Something that stands and that a person should know of. */
export interface Problem {
  /** What it is the trouble of; stays the same while the trouble lasts. */
  readonly id: string;
  readonly kind: NotificationKind;
  /** What exactly is told. With another stage of the same rank or a higher one, the person is told anew. */
  readonly stage: string;
  readonly rank: number;
  /** Milliseconds for which it must stand before it is told. */
  readonly settle: number;
  readonly priority: NotificationPriority;
  /** One line, beginning with what it is about. */
  readonly title: string;
  /** Lines. */
  readonly message: string;
  readonly subjects: readonly string[];
  /** What the person may type, exactly. */
  readonly command?: string;
}

/** Where things stand, as far as a person is to be told. */
export interface Standing {
  /** By id. */
  readonly problems: ReadonlyMap<string, Problem>;
  /** Of an id without a problem: it is known to be well, not known, or there is no such thing any more. */
  readonly without: (id: string) => 'well' | 'unknown' | 'gone';
}
