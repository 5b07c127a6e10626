/** What must outlive a restart, so that restarting cannot become guessing. Times in milliseconds since the epoch. */
export interface FuseState {
  /** When a login was refused, and with which version of the password file. */
  readonly refused?: { readonly at: number; readonly version: string };
  /** No login before this. */
  readonly notBefore?: number;
}

/** AdGuard forgets a failure after a minute; five within it lock out everybody behind the same address. */
const BETWEEN_ATTEMPTS = 75_000;
const AFTER_REFUSAL = 20 * 60_000;
const LONGEST_WAIT = 24 * 3_600_000;

/**
 * Decides whether a login may be tried. AdGuard counts failures by network address, which many people may share, so that
 * one refusal stops all attempts until the password file changes or 20 minutes are over, and two attempts without a known
 * end are never closer than AdGuard's memory is long: more than one failure of ours is never in it.
 */
export class CredentialFuse {
  #refused: FuseState['refused'];
  #notBefore: number;

  constructor(saved: FuseState = {}) {
    this.#refused = saved.refused;
    this.#notBefore = saved.notBefore ?? 0;
  }

  /** Whether the last login was refused. */
  get blown(): boolean {
    return this.#refused !== undefined;
  }

  get state(): FuseState {
    return {
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
      ...(this.#notBefore === 0 ? {} : { notBefore: this.#notBefore }),
    };
  }

  /** How long to wait in milliseconds before a login with this version of the password; 0: now. */
  wait(version: string, now: number): number {
    // A clock that was set back must not stretch a wait beyond its longest length.
    if (this.#notBefore - now > LONGEST_WAIT) this.#notBefore = now + BETWEEN_ATTEMPTS;
    if (this.#refused !== undefined && this.#refused.at > now) this.#refused = { ...this.#refused, at: now };
    const untilAllowed = this.#notBefore - now;
    const untilForgotten = this.#refused?.version === version ? this.#refused.at + AFTER_REFUSAL - now : 0;
    return Math.max(0, untilAllowed, untilForgotten);
  }

  /** A login is about to be tried: until its end is known, none may follow. */
  trying(now: number): void {
    this.#notBefore = now + BETWEEN_ATTEMPTS;
  }

  /** The server did not see the login. */
  unreached(): void {
    this.#notBefore = 0;
  }

  accepted(): void {
    this.#refused = undefined;
    this.#notBefore = 0;
  }

  refuse(version: string, now: number): void {
    this.#refused = { at: now, version };
    this.#notBefore = now + BETWEEN_ATTEMPTS;
  }

  /** AdGuard blocks logins from our address for so many milliseconds. */
  blocked(milliseconds: number, now: number): void {
    this.#notBefore = now + Math.min(Math.max(milliseconds, BETWEEN_ATTEMPTS), LONGEST_WAIT);
  }
}
