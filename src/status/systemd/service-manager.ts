import type { StatusSnapshot } from '../../model/status.ts';
import type { TraceEvent } from '../../model/trace.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Notification } from './notification.ts';
import { statusLine } from './status-line.ts';

/** While steps run there are passes many times a second; nobody reads a status line that often. */
const STATUS_MILLISECONDS = 1000;
/** Until the watchdog is told again when systemd's queue was full, or asked again whether the loop beats. */
const AGAIN_MILLISECONDS = 1000;
/**
 * For so long systemd is left waiting for an engine or a desired state. Longer, and it would end the operator by
 * TimeoutStartSec= (90 s) again and again: with it go page, metrics and whoever tells people of it, and a boot waits.
 */
const PATIENCE_MILLISECONDS = 60_000;

export interface ServiceManagerOptions {
  readonly clock: Clock;
  /** False when systemd did not take it. Never throws and never blocks. */
  readonly send: (told: Notification) => boolean;
  /** Where things stand; asked only after a pass. */
  readonly snapshot: () => StatusSnapshot | undefined;
  /** Whether the loop's own heartbeat is fresh: without it the watchdog is not told anything. */
  readonly live: () => boolean;
  /** Milliseconds of `WatchdogSec=`; undefined: no watchdog. */
  readonly watchdog: number | undefined;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly monotonic: () => bigint;
}

/**
 * Tells systemd how the operator does, as a consumer of trace events.
 *
 * - `READY=1` after the first pass that made a plan: desired state and engine were read and compared. Errors in the
 *   desired state, closed gates and failing resources do not hold it back; no engine or no desired state does, for a
 *   minute: then it is ready all the same, and its status says what is missing.
 * - `STATUS=` when the line changes, at most once a second.
 * - `WATCHDOG=1` at half the watchdog's time, while the loop's heartbeat is fresh. A blocked event loop sends nothing
 *   either, since this is one of its timers.
 * - `RELOADING=1` until the next pass, whatever its result, when the human asked for a reload, `STOPPING=1` when told to stop.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #ready = false;
  #isStopped = false;
  #isPatienceOver = false;
  #reloading = false;
  #stopping = false;
  #status = '';
  /** The result that the status was taken at, while nothing else may have changed it. */
  #seen = '';
  #statusAt = -Infinity;
  #cancelStatus: (() => void) | undefined;
  #cancelWatchdog: (() => void) | undefined;
  readonly #cancelPatience: () => void;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#cancelPatience = options.clock.after(PATIENCE_MILLISECONDS, () => {
      this.#isPatienceOver = true;
      if (this.#isStopped && !this.#ready) this.#tellReady();
    });
    this.#beat();
  }

  consume(event: TraceEvent): void {
    if (event.type === 'desired-loaded') this.#seen = '';
    if (event.type !== 'pass-finished' || this.#stopping) return;
    this.#isStopped = event.result === 'stopped';
    // Once ready, a reload is over when everything was tried, whatever came of it: the status says what is missing.
    const isEnough = this.#reloading || !this.#isStopped || this.#isPatienceOver;
    if (isEnough && (!this.#ready || this.#reloading)) this.#tellReady();
    else this.#statusSoon(event.result);
  }

  /** The human asked to look at everything again; ready again after the next pass. */
  reloading(): void {
    if (this.#stopping || !this.#ready) return;
    this.#reloading = true;
    this.#options.send({ reloading: true, monotonic: this.#options.monotonic() });
  }

  /** Nothing but this is told from here on. */
  stopping(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.close();
    this.#options.send({ stopping: true, status: 'stopping: waiting for running steps' });
  }

  /** Ends the timers. */
  close(): void {
    this.#cancelStatus?.();
    this.#cancelWatchdog?.();
    this.#cancelPatience();
    this.#cancelStatus = undefined;
    this.#cancelWatchdog = undefined;
  }

  #tellReady(): void {
    // One datagram, so that the first status is there when `systemctl start` returns.
    if (!this.#tellStatus({ ready: true })) return;
    this.#ready = true;
    this.#reloading = false;
    this.#cancelPatience();
  }

  #statusSoon(result: string): void {
    // A snapshot is only made when somebody asks for it: an idle loop must not make one with every pass.
    if (result === 'converged' && this.#seen === result) return;
    this.#seen = result;
    if (this.#cancelStatus !== undefined) return;
    const { clock } = this.#options;
    const wait = this.#statusAt + STATUS_MILLISECONDS - clock.now();
    // More than a second to wait means that the clock was set back.
    if (wait <= 0 || wait > STATUS_MILLISECONDS) this.#tellStatus({});
    else this.#cancelStatus = clock.after(wait, () => void this.#tellStatus({}));
  }

  /** @returns whether systemd knows now */
  #tellStatus(more: Notification): boolean {
    this.#cancelStatus?.();
    this.#cancelStatus = undefined;
    this.#statusAt = this.#options.clock.now();
    const snapshot = this.#options.snapshot();
    const status = snapshot === undefined ? '' : statusLine(snapshot);
    const news = status !== '' && status !== this.#status;
    if (!news && !more.ready) return true;
    const taken = this.#options.send({ ...more, ...(news ? { status } : {}) });
    if (taken) this.#status = status;
    // Otherwise the next pass tells it, whatever its result.
    else this.#seen = '';
    return taken;
  }

  #beat(): void {
    const { watchdog, clock, live, send } = this.#options;
    if (watchdog === undefined) return;
    const told = live() && send({ watchdog: true });
    const wait = told ? watchdog / 2 : Math.min(AGAIN_MILLISECONDS, watchdog / 2);
    this.#cancelWatchdog = clock.after(wait, () => this.#beat());
  }
}
