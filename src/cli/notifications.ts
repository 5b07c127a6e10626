import { openedFileProblem } from '../desired/policy/notification-files.ts';
import type { BastionSpec } from '../model/specs.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { MountWatch } from '../observe/mounts/mount-watch.ts';
import type { Notifier, TestResults } from '../notify/notifier.ts';
import type { NotifyPlaces } from '../notify/open-notifier.ts';
import type { Clock } from '../runtime/clock.ts';

/** What it needs of the operator around it. */
export interface NotificationsOptions extends Pick<NotifyPlaces, 'root' | 'commandDirectory'> {
  readonly clock: Clock;
  readonly stateDirectory: string;
  /** Directories in which no manifest may name a file. */
  readonly reserved: () => readonly string[];
  /** Whom to ask whether the file system of a path answers. */
  readonly mounts: Pick<MountWatch, 'refresh' | 'silenceAt'>;
  readonly snapshot: () => StatusSnapshot;
  readonly tell: (event: TraceEvent) => void;
}

/** The notifier of a running operator, which is loaded only once somebody wants to be notified. */
export class Notifications {
  readonly #options: NotificationsOptions;
  #opening: Promise<void> | undefined;
  #notifier: Notifier | undefined;
  #bastion: BastionSpec | undefined;
  /** One that ended before the notifier was there. */
  #lastPass: TraceEvent | undefined;

  constructor(options: NotificationsOptions) {
    this.#options = options;
  }

  get warnings(): readonly string[] {
    return this.#notifier?.warnings ?? [];
  }

  /** Told with every reading of the desired state. */
  follow(bastion: BastionSpec): void {
    this.#bastion = bastion;
    const spec = bastion.notifications;
    if (this.#notifier !== undefined) this.#notifier.follow(spec);
    else if (spec !== undefined && spec.receivers.length > 0) this.#opening ??= this.#open();
  }

  consume(event: TraceEvent): void {
    if (event.type === 'pass-finished') this.#lastPass = event;
    this.#notifier?.consume(event);
  }

  /** Tries one receiver, or all; undefined when there is no such receiver. */
  async test(name: string | undefined): Promise<TestResults | undefined> {
    await this.#opening;
    if (this.#notifier !== undefined) return this.#notifier.test(name);
    return name === undefined ? {} : undefined;
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#notifier?.close();
  }

  async #open(): Promise<void> {
    const { clock, tell } = this.#options;
    try {
      const { openNotifier } = await import('../notify/open-notifier.ts');
      this.#notifier = await openNotifier({
        ...this.#options,
        judge: (path, opened, isPublic) => this.#judge(path, opened, isPublic),
      });
      this.#notifier.follow(this.#bastion?.notifications);
      if (this.#lastPass !== undefined) this.#notifier.consume(this.#lastPass);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell({ type: 'fault', at: clock.now(), where: 'notifications', message });
    }
  }

  #judge(path: string, opened: string, isPublic: boolean): string | undefined {
    const { root, reserved, mounts } = this.#options;
    if (this.#bastion === undefined) return 'it is not known yet what manifests may name';
    const silenceAt = (place: string): string | undefined => mounts.silenceAt(place);
    return openedFileProblem(path, opened, isPublic, { root, reserved: reserved(), bastion: this.#bastion, silenceAt });
  }
}
