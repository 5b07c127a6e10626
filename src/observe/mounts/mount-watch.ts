import { withDeadline } from '../../engine/deadline.ts';
import { distantMounts } from './mount-table.ts';
import { mountUnder } from './mount-under.ts';
import { probeMount, type Probe } from './probe.ts';
import { readLinkOf, readOwnTable } from './seen-here.ts';

export interface MountWatchOptions {
  /** Text of /proc/self/mountinfo; empty where there is none. */
  readonly readTable?: () => string;
  readonly readLink?: (path: string) => string | undefined;
  readonly probe?: (point: string) => Probe;
  /** Milliseconds for a probe, and for one look at a file. */
  readonly deadlines?: { readonly probe: number; readonly look: number };
}

/** A look at a path whose file system does not answer. */
export class SilentMountError extends Error {
  override readonly name = 'SilentMountError';
}

/** A probe of which was noted what came of it when it is answered. */
interface OpenProbe {
  readonly answered: Promise<void>;
  readonly cancel: () => void;
}

const DEADLINES = { probe: 2_000, look: 5_000 };

/**
 * Keeps those who look at paths away from file systems that do not answer: a dead server of NFS, say. Whoever touches one
 * of these hangs, in the worst case for ever, and neither a thread nor a process that hangs in the kernel can be ended.
 *
 * Each file system that is not of this machine, and to which somebody's path led, is asked by a child process before anybody
 * else does; while one has no answer it is silent, and nobody touches it. At most one child, and one look, is outstanding
 * for each. Others are left in peace: an automount stays as it is, and nobody wakes a NAS that is not needed.
 */
export class MountWatch {
  readonly #options: Required<MountWatchOptions>;
  /** Type by mount point. */
  #distant: ReadonlyMap<string, string> = new Map();
  #links = new Map<string, string | undefined>();
  #places = new Map<string, string | undefined>();
  /** Mount points to which a path led. */
  readonly #used = new Set<string>();
  /** Those of them that were asked, so that it is known whether they are silent. */
  readonly #asked = new Set<string>();
  /** Probes without an answer, by mount point. */
  readonly #probes = new Map<string, OpenProbe>();
  /** Looks that did not end in time, by mount point. */
  readonly #stuck = new Set<string>();
  /** Silent by now, because the first deadline is over. */
  readonly #silent = new Set<string>();
  /** Silent when the desired state was read. */
  readonly #unread = new Set<string>();
  /** The look after which the next one may begin, by mount point. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: MountWatchOptions = {}) {
    this.#options = {
      readTable: readOwnTable,
      readLink: readLinkOf,
      probe: probeMount,
      deadlines: DEADLINES,
      ...options,
    };
  }

  /**
   * Asks the file systems on which these paths lie, and those that were of use before. Takes no longer than a deadline, and
   * no time at all for those that still have not answered an earlier question. Never rejects.
   */
  async refresh(paths: Iterable<string> = []): Promise<void> {
    this.#links = new Map();
    this.#places = new Map();
    this.#distant = new Map(distantMounts(this.#options.readTable()).map(({ point, type }) => [point, type]));
    // Unmounted meanwhile: whatever hangs there is nobody's way any more.
    for (const points of [this.#silent, this.#used, this.#asked])
      for (const point of points) if (!this.#distant.has(point)) points.delete(point);
    if (this.#distant.size === 0) return;
    for (const path of paths) this.#placeOf(path);
    await Promise.all([...this.#used].map((point) => this.#ask(point)));
  }

  /**
   * Reads the desired state without touching what does not answer, and once more where a path led to what nobody had asked
   * yet. Where its paths lead is not known where the file system is silent, so that nothing may be done there until it was
   * read again, though it answers meanwhile.
   *
   * @param read gets why a path must not be touched; may be called several times
   */
  async readWith<T>(read: (silenceAt: (path: string) => string | undefined) => Promise<T>): Promise<T> {
    for (;;) {
      await this.refresh();
      this.#unread.clear();
      this.#places = new Map();
      let isWhole = true;
      const silenceAt = (path: string): string | undefined => {
        const point = this.#knownPlaceOf(path);
        if (point === undefined) return undefined;
        const isAsked = this.#asked.has(point);
        if (isAsked && !this.#silent.has(point)) return undefined;
        isWhole &&= isAsked;
        this.#unread.add(point);
        return this.#reason(point);
      };
      try {
        const result = await read(silenceAt);
        if (isWhole) return result;
      } catch (error) {
        if (isWhole) throw error;
      }
    }
  }

  /** Why a path must not be touched, for people; undefined when its file system answered last, and did so to the last reading. */
  silenceAt(path: string): string | undefined {
    const point = this.#knownPlaceOf(path);
    if (point === undefined) return undefined;
    if (this.#silent.has(point)) return this.#reason(point);
    if (this.#unread.has(point))
      return `${this.#nameOf(point)} did not answer when the desired state was read, which is done again within a minute`;
    return this.#asked.has(point) ? undefined : `${this.#nameOf(point)} was not asked yet`;
  }

  /**
   * Looks at a path: at once where it lies on this machine, else one after the other and with a deadline.
   *
   * @param distant for a path that may hang: must not do so on this thread
   * @throws SilentMountError when its file system is silent, or becomes so
   */
  async look<T>(path: string, near: () => Promise<T>, distant = near): Promise<T> {
    const point = this.#knownPlaceOf(path);
    if (point === undefined) return near();
    const turn = (this.#turns.get(point) ?? Promise.resolve()).then(() => this.#lookAt(point, distant));
    this.#turns.set(
      point,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Gives up all that is outstanding. */
  close(): void {
    for (const probe of this.#probes.values()) probe.cancel();
  }

  async #lookAt<T>(point: string, look: () => Promise<T>): Promise<T> {
    if (this.#silent.has(point)) throw new SilentMountError(this.#reason(point));
    const looking = look();
    try {
      return await withDeadline(
        this.#options.deadlines.look,
        () => new SilentMountError(this.#reason(point)),
        () => looking,
      );
    } catch (error) {
      if (error instanceof SilentMountError) {
        this.#silent.add(point);
        this.#stuck.add(point);
        void looking.catch(() => undefined).then(() => this.#stuck.delete(point));
      }
      throw error;
    }
  }

  async #ask(point: string): Promise<void> {
    await this.#question(point);
    this.#asked.add(point);
  }

  async #question(point: string): Promise<void> {
    if (this.#stuck.has(point)) {
      this.#silent.add(point);
      return;
    }
    const outstanding = this.#probes.get(point);
    // It had its time; a new one gets some, also where a look hung before.
    if (outstanding !== undefined && this.#silent.has(point)) return;
    const { answered } = outstanding ?? this.#begin(point);
    const { probe } = this.#options.deadlines;
    try {
      await withDeadline(
        // Not as long again for each look while it is away.
        this.#silent.has(point) ? probe / 10 : probe,
        () => new SilentMountError(this.#reason(point)),
        () => answered,
      );
      this.#hear(point);
    } catch {
      this.#silent.add(point);
    }
  }

  #hear(point: string): void {
    // It may have been asked before a look began that hangs.
    if (!this.#stuck.has(point)) this.#silent.delete(point);
  }

  #begin(point: string): OpenProbe {
    const { answered, cancel } = this.#options.probe(point);
    const probe: OpenProbe = {
      cancel,
      answered: answered.then((isGood) => {
        this.#probes.delete(point);
        // An error that took longer than the deadline comes of a mount that gives up waiting.
        if (isGood) this.#hear(point);
      }),
    };
    this.#probes.set(point, probe);
    return probe;
  }

  /** Costs nothing where there is no such mount. */
  #knownPlaceOf(path: string): string | undefined {
    return this.#distant.size + this.#unread.size === 0 ? undefined : this.#placeOf(path);
  }

  #placeOf(path: string): string | undefined {
    if (this.#places.has(path)) return this.#places.get(path);
    // Also what was unmounted: it is not known yet where paths lead that lie there now.
    const points = new Set([...this.#distant.keys(), ...this.#unread]);
    const point = mountUnder(path, points, (each) => this.#linkAt(each));
    this.#places.set(path, point);
    if (point !== undefined) this.#used.add(point);
    return point;
  }

  #linkAt(path: string): string | undefined {
    if (!this.#links.has(path)) this.#links.set(path, this.#options.readLink(path));
    return this.#links.get(path);
  }

  #reason(point: string): string {
    return `${this.#nameOf(point)} does not answer`;
  }

  #nameOf(point: string): string {
    return `the file system at ${point} (${this.#distant.get(point) ?? 'unmounted'})`;
  }
}
