import type { Key } from '../model/key.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { PassResult, TraceEvent } from '../model/trace.ts';
import { backoffCeiling } from './backoff.ts';
import type { ControllerDependencies } from './dependencies.ts';
import { DEBOUNCE_MILLISECONDS, DirtySet } from './dirty-set.ts';
import { acceptAsIs, forgetFailures } from './forget-failures.ts';
import { measureLoopDelay } from './loop-delay.ts';
import type { LoopDelay } from './loop-delay.ts';
import { Passes } from './pass.ts';
import { renewable, type Renewable } from './renewable.ts';
import { TraceBus, messageOf } from './trace-bus.ts';
import { Triggers } from './triggers.ts';
import type { Reason } from './triggers.ts';

const STOP_MILLISECONDS = 20_000;
const FAULT_CEILING_MILLISECONDS = 30_000;
/**
 * While steps run, every one of them makes events; passes then take a ninth of the time at most, which the engine needs
 * for the steps.
 */
const RESPITE_PER_PASS = 8;
const LONGEST_RESPITE_MILLISECONDS = 250;

/**
 * The loop. Level-triggered: whatever happens only marks the loop dirty, and each pass looks at what is there. One pass
 * at a time; steps run beside the passes.
 */
export class Controller {
  readonly #deps: ControllerDependencies;
  readonly #trace: TraceBus;
  readonly #dirty: DirtySet;
  readonly #passes: Passes;
  readonly #triggers: Triggers;
  #loop: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #delay: LoopDelay | undefined;
  /** Milliseconds since the epoch at which the running pass began; undefined between passes. */
  #passSince: number | undefined;
  /** Milliseconds between passes while steps run. */
  #respite = DEBOUNCE_MILLISECONDS;
  #faults = 0;

  constructor(deps: ControllerDependencies) {
    this.#deps = deps;
    this.#trace = new TraceBus(deps.clock);
    this.#dirty = new DirtySet(deps.clock);
    this.#passes = new Passes(deps, this.#trace, () => this.#mark('settled'));
    this.#triggers = new Triggers(deps, {
      mark: (reason) => this.trigger(reason),
      event: (event) => {
        const relevant = deps.observer.notice(event);
        if (relevant) this.#passes.stops.hear(event);
        return relevant;
      },
    });
    this.#trace.on((event) => {
      if (event.type === 'event-missed') this.#triggers.distrustStream();
      if (event.type === 'certificates-seen' && event.certificates.length > 0) this.#triggers.openSchedule();
    });
  }

  /** Listens to all that happens; the result takes the listener off. */
  on(listener: (event: TraceEvent) => void): () => void {
    return this.#trace.on(listener);
  }

  /** Starts the loop and returns; the first pass follows at once. */
  start(): Promise<void> {
    if (this.#loop !== undefined) return Promise.resolve();
    const { version } = this.#deps;
    this.#delay = measureLoopDelay();
    this.#trace.emit({ type: 'started', version });
    this.#triggers.open();
    this.#dirty.mark('started' satisfies Reason);
    this.#loop = this.#run();
    return Promise.resolve();
  }

  /** Ends the loop: no new steps; those that run may end within 20 s, then all timers, watches and streams are gone. */
  stop(reason = 'asked to'): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  /** Look again now; `desired` reads the directory again, `relist` and `control` do both that and a full look. */
  trigger(reason: Reason): void {
    if (reason === 'desired' || reason === 'relist' || reason === 'control') this.#passes.expireDesired();
    if (reason === 'relist' || reason === 'control') this.#passes.demandFull();
    this.#mark(reason);
  }

  /**
   * The human says "try again": forgets failures, rollback and replacements of a resource and looks at it now. Gates,
   * consents and holds are not touched. A high-level resource stands for its parts. @returns what was forgotten, in words; undefined when there is no such resource
   */
  retry(key: Key): readonly string[] | undefined {
    const { resources } = this.snapshot();
    const parts = resources.flatMap((resource) => (resource.renderedFrom === key ? resource.key : []));
    const forgotten = [
      ...acceptAsIs(this.#deps.memory, key),
      ...parts.flatMap((part) => forgetFailures(this.#deps.memory, part).map((what) => `${what} (${part})`)),
    ];
    if (forgotten.length === 0 && !resources.some((resource) => resource.key === key)) return undefined;
    for (const each of [key, ...parts]) this.#passes.retry(each);
    // What is wrong may have been mended where only a look from outside shows it.
    if ([key, ...parts].some((each) => each.startsWith('Certificate/'))) this.#deps.servedChecks.checkAll();
    this.#trace.emit({ type: 'retry-asked', key, forgotten });
    this.trigger('control');
    return forgotten;
  }

  /**
   * The human says "a new certificate now": the present one is to be replaced, and failures to do so are forgotten.
   *
   * @returns whether there is such a Certificate, with something to replace; nothing happens unless it is `renewable`
   */
  renew(key: Key): Renewable['state'] {
    const present = renewable(this.snapshot(), key);
    if (present.state !== 'renewable') return present.state;
    this.#deps.memory.set('renewals', key, present.fingerprint);
    this.#deps.memory.set('backoffs', key, undefined);
    this.#passes.retry(key);
    this.#trace.emit({ type: 'renewal-asked', key });
    this.trigger('control');
    return present.state;
  }

  /** The human says "a backup now"; failures to make one are forgotten. @returns whether there is such a Backup */
  backUp(key: Key): boolean {
    if (!this.snapshot().resources.some((resource) => resource.key === key)) return false;
    const { memory, clock } = this.#deps;
    memory.set('backupRequests', key, clock.now());
    memory.set('backoffs', key, undefined);
    this.#passes.retry(key);
    this.#trace.emit({ type: 'backup-asked', key });
    this.trigger('control');
    return true;
  }

  snapshot(): StatusSnapshot {
    return this.#passes.view.snapshot();
  }

  /** Milliseconds since the epoch at which the loop was last known not to hang: now, or when the running pass began. */
  heartbeat(): number {
    return this.#passSince ?? this.#deps.clock.now();
  }

  /** Milliseconds by which the event loop was late (99th percentile) since the last call. */
  eventLoopLag(): number {
    return this.#delay?.read() ?? 0;
  }

  /**
   * Starts, waits until nothing more happens without a human or a retry, and stops. `stopped` when there was nothing to
   * plan with; `progressing` only when the signal aborted it.
   */
  async runUntilSettled(options: { readonly signal?: AbortSignal } = {}): Promise<PassResult> {
    const { signal } = options;
    let finish: (result: PassResult) => void = () => undefined;
    const settled = new Promise<PassResult>((resolve) => (finish = resolve));
    const off = this.on((event) => {
      if (event.type === 'pass-finished' && event.result !== 'progressing' && !this.#passes.inFlight.running) {
        finish(event.result);
      }
    });
    const abort = (): void => finish('progressing');
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    else await this.start();
    try {
      return await settled;
    } finally {
      off();
      signal?.removeEventListener('abort', abort);
      await this.stop('settled');
    }
  }

  #mark(reason: Reason): void {
    this.#dirty.mark(reason, this.#passes.inFlight.pending ? this.#respite : DEBOUNCE_MILLISECONDS);
  }

  async #run(): Promise<void> {
    for (;;) {
      const reasons = await this.#dirty.next();
      if (reasons === undefined) return;
      const since = this.#deps.clock.now();
      this.#passSince = since;
      try {
        const { nextAt, result } = await this.#passes.run();
        this.#faults = 0;
        this.#triggers.wakeAt(nextAt, result === 'stopped' ? 'retry' : 'wake');
      } catch (error) {
        this.#faults += 1;
        this.#trace.emit({
          type: 'fault',
          where: 'pass',
          message: error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error),
        });
        const wait = Math.min(FAULT_CEILING_MILLISECONDS, backoffCeiling(this.#faults));
        this.#triggers.wakeAt(this.#deps.clock.now() + wait, 'relist');
      }
      this.#passSince = undefined;
      const respite = RESPITE_PER_PASS * (this.#deps.clock.now() - since);
      this.#respite = Math.min(LONGEST_RESPITE_MILLISECONDS, Math.max(DEBOUNCE_MILLISECONDS, respite));
    }
  }

  async #stop(reason: string): Promise<void> {
    this.#passes.halt();
    this.#dirty.close();
    await this.#triggers.close();
    await this.#loop;
    const idle = await this.#passes.inFlight.idle(STOP_MILLISECONDS);
    if (!idle)
      this.#trace.emit({
        type: 'fault',
        where: 'stop',
        message: 'steps were still running after 20 s; the next start looks at what became of them',
      });
    // The engine's sockets go next, and the lock: what that breaks is no failure of the steps.
    this.#passes.close();
    // The last pass may have armed it again.
    this.#triggers.wakeAt(undefined, 'wake');
    this.#delay?.close();
    await this.#deps.memory.close();
    this.#trace.emit({ type: 'stopped', reason });
  }
}
