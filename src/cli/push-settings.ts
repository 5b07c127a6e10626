import { UsageError } from './errors.ts';

/** How pushes are taken: places, limits and what is asked of a commit. */
export interface PushSettings {
  /** Socket on which the operator plans what is pushed; undefined: off. */
  readonly socket: string | undefined;
  /** Name of the group that may use the socket. */
  readonly group: string;
  /** Bare repository. */
  readonly repository: string;
  /** Directory with one directory a release; the link `current` lies beside it. */
  readonly releases: string;
  /** The only branch that may be pushed. */
  readonly branch: string;
  /** Releases kept beside the current one. */
  readonly keep: number;
  readonly allowForcePush: boolean;
  /** Who may sign commits (ssh-keygen(1), ALLOWED SIGNERS); undefined: not asked for. */
  readonly allowedSigners: string | undefined;
  /** GnuPG home directory whose keys may sign commits; undefined: not asked for. */
  readonly keyring: string | undefined;
  /** Milliseconds for which a push is followed. */
  readonly followMilliseconds: number;
}

interface Values {
  readonly text: (name: string) => string;
  /** Absolute path; undefined: not given. */
  readonly file: (name: string) => string | undefined;
  readonly isOn: (name: string) => boolean;
}

/** @throws UsageError for a number, a time or a branch name that is none */
export function readPushSettings({ text, file, isOn }: Values): PushSettings {
  return {
    socket: file('push-socket'),
    group: text('push-group'),
    repository: file('repository') ?? '',
    releases: file('releases') ?? '',
    branch: readBranch(text('branch')),
    keep: readCount('keep-releases', text('keep-releases')),
    allowForcePush: isOn('allow-force-push'),
    allowedSigners: file('allowed-signers'),
    keyring: file('keyring'),
    followMilliseconds: readSeconds('follow', text('follow')),
  };
}

/** git-check-ref-format(1), less the names that would need quoting in the commands that people are shown. */
function readBranch(text: string): string {
  if (text === '' || (/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(text) && !/\.\.|\/\/|\.lock(\/|$)|[/.]$/.test(text)))
    return text;
  throw new UsageError(`branch must be the name of a branch such as main, not ${JSON.stringify(text)}`);
}

function readCount(name: string, text: string): number {
  if (!/^\d{0,4}$/.test(text)) throw new UsageError(`${name} must be a whole number, 0 or more, not ${text}`);
  return Number(text);
}

const UNITS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };

/** `90`, `90s`, `10m` or `1h` to milliseconds. */
function readSeconds(name: string, text: string): number {
  const parts = /^(\d{1,6})(s|m|h)?$/.exec(text);
  if (parts === null && text !== '') throw new UsageError(`${name} must be a time such as 90s, 10m or 1h, not ${text}`);
  return Number(parts?.[1] ?? 0) * (UNITS[parts?.[2] ?? ''] ?? 0);
}
