import type { NotificationKind } from './notification.ts';

/** Where a receiver is reached over HTTP: an address in the manifest, or in a file because it is a secret itself. */
export type ReceiverAddress = { readonly url: string } | { readonly urlFile: string };

interface CommonReceiver {
  readonly name: string;
  /** What it is told of; absent: everything. */
  readonly on?: readonly NotificationKind[];
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
}

/** A web service that takes JSON. Paths are without the prefix of `--root`. */
export interface WebReceiver extends CommonReceiver {
  readonly type: 'ntfy' | 'slack' | 'webhook';
  readonly address: ReceiverAddress;
  /** Of ntfy. */
  readonly topic?: string;
  /** File with a bearer token. */
  readonly tokenFile?: string;
  /** File with the certificates (PEM) to trust instead of those that Node brings. */
  readonly authorityFile?: string;
}

/** A program of this host, which a human put into the directory of such commands. */
export interface CommandReceiver extends CommonReceiver {
  readonly type: 'command';
  /** A plain file name, and its arguments. */
  readonly command: readonly [string, ...string[]];
}

export type ReceiverSpec = WebReceiver | CommandReceiver;

/** Who is told of what, and when. Durations in milliseconds. */
export interface NotificationSpec {
  /** For so long a problem must stand before it is told, and its end before that is. */
  readonly settle: number;
  /** The same for an engine that does not answer. */
  readonly unreachableAfter: number;
  /** Times before the end of a certificate at which it is told of, longest first. */
  readonly certificateExpiry: readonly number[];
  /** Where to look; goes with every notification. */
  readonly link?: string;
  /** By name. */
  readonly receivers: readonly ReceiverSpec[];
}
