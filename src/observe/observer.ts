import type { EngineReader } from '../engine/port.ts';
import type { EngineEvent, NetworkInspect, VolumeInspect } from '../engine/wire.ts';
import type { EngineFacts, Observed, ObservedNetwork, ObservedPath, ObservedVolume } from '../model/observed.ts';
import type { ObservedServices } from '../model/observed-services.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { ObservedReadiness } from '../model/readiness.ts';
import type { DesiredState } from '../model/resource.ts';
import { BackupObserver } from './backups.ts';
import { CertificateObserver, type CertificateObserverOptions } from './certificates.ts';
import { ContainerCache } from './container-cache.ts';
import { eventInterest, matters, type EventInterest } from './event-relevance.ts';
import { ImageCache } from './image-cache.ts';
import { wantedReferences } from './images.ts';
import { ListCache } from './list-cache.ts';
import { observeLogs } from './logs.ts';
import { answeringFiles } from './mounts/answering-files.ts';
import { MountWatch } from './mounts/mount-watch.ts';
import { hostPaths, silentResources } from './mounts/silent-resources.ts';
import { observedNetwork } from './networks.ts';
import { ownContainerId } from './own-container.ts';
import { PathObserver } from './paths.ts';
import { relevantContainers, wantedNames } from './relevance.ts';
import { same, sameRecord } from './same.ts';
import { SentinelObserver } from './sentinels.ts';
import { settleAll } from './settle.ts';
import { AccountFile } from './users.ts';
import { StrayMounts } from './stray-mounts.ts';
import { observedVolume } from './volumes.ts';
import { wantedPaths } from './wanted-paths.ts';

export interface ObserverOptions {
  /** Ownership instance; default: the one that the desired state names. */
  readonly instance?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly passwdFile?: string;
  readonly groupFile?: string;
  /** What the last dial of each consumer found, by `servedId`; the same object while no dial came. */
  readonly served?: () => Readonly<Record<string, ObservedServed>>;
  /** What containers said when they were asked last; absent: nobody asks them. */
  readonly readiness?: () => Readonly<Record<string, ObservedReadiness>>;
  /** What the services of the stack said last; absent: nobody asks them. */
  readonly services?: () => ObservedServices;
  readonly certificates?: CertificateObserverOptions;
  /** Whom to ask whether a path's file system answers, for those who share one. */
  readonly mounts?: MountWatch;
}

const NEVER_DIALLED: Readonly<Record<string, ObservedServed>> = {};

export interface Observation {
  readonly observed: Observed;
  /** Engine calls that it took. */
  readonly calls: number;
  /** Changes that only a full relist found: no event announced them. In words; empty unless full. */
  readonly missed: readonly string[];
}

/**
 * Takes snapshots of engine and host. Between full passes it trusts events and list entries and asks only for what may
 * have changed, so that a pass without changes is one call. What did not change comes back as the same object.
 */
export class Observer {
  readonly #engine: EngineReader;
  readonly #instance: string | undefined;
  readonly #now: () => number;
  readonly #containers = new ContainerCache();
  readonly #networks = new ListCache<NetworkInspect, ObservedNetwork>(
    'network',
    observedNetwork,
    (network) => network.id,
  );
  readonly #volumes = new ListCache<VolumeInspect, ObservedVolume>('volume', observedVolume, (volume) => volume.name);
  readonly #images = new ImageCache();
  readonly #paths: PathObserver;
  readonly #certificates: CertificateObserver;
  readonly #sentinels: SentinelObserver;
  readonly #backups: BackupObserver;
  readonly #strayMounts: StrayMounts;
  readonly #mounts: MountWatch;
  readonly #served: () => Readonly<Record<string, ObservedServed>>;
  readonly #readiness: ObserverOptions['readiness'];
  readonly #services: ObserverOptions['services'];
  readonly #users: AccountFile;
  readonly #groups: AccountFile;
  #interest: { readonly of: DesiredState; readonly names: EventInterest } | undefined;
  #facts: EngineFacts | undefined;
  #ownId: Promise<string | undefined> | undefined;
  #lastPaths: Readonly<Record<string, ObservedPath>> = {};
  #lastLogs: Observed['logs'] = {};

  constructor(engine: EngineReader, options: ObserverOptions = {}) {
    this.#engine = engine;
    this.#instance = options.instance;
    this.#now = options.now ?? Date.now;
    const fileTime = options.certificates?.now ?? Date.now;
    const mounts = options.mounts ?? new MountWatch();
    const files = answeringFiles(mounts, options.certificates?.files);
    this.#mounts = mounts;
    this.#paths = new PathObserver(this.#now, mounts);
    this.#certificates = new CertificateObserver({ ...options.certificates, files });
    this.#sentinels = new SentinelObserver(fileTime, files);
    this.#backups = new BackupObserver(fileTime, undefined, mounts);
    this.#strayMounts = new StrayMounts(files);
    this.#served = options.served ?? (() => NEVER_DIALLED);
    this.#readiness = options.readiness;
    this.#services = options.services;
    this.#users = new AccountFile(options.passwdFile ?? '/etc/passwd');
    this.#groups = new AccountFile(options.groupFile ?? '/etc/group');
  }

  /**
   * What the engine tells: forgets what is cached of it, as `invalidate` does, unless it is about foreign objects.
   *
   * @returns whether it may matter to the desired state that was looked at last
   */
  notice(event: EngineEvent): boolean {
    const relevant =
      this.#interest === undefined ||
      !this.#containers.looked ||
      matters(event, this.#interest.names, (id) => this.#isKnown(id));
    if (relevant) this.invalidate(event);
    // A foreign network may have taken or freed a subnet: worth a look by the way, but no pass.
    else if (event.Type === 'network' && event.Actor.Attributes['container'] === undefined) this.#networks.invalidate();
    return relevant;
  }

  /** An event is a hint that something changed: forgets what is cached of it. Nothing of the event is kept as state. */
  invalidate(event: EngineEvent): void {
    const { Type, Action, Actor } = event;
    if (Type === 'container') {
      if (!Action.startsWith('exec_')) this.#containers.invalidate(Actor.ID);
    } else if (Type === 'network') {
      const member = Actor.Attributes['container'];
      if (member !== undefined) this.#containers.invalidate(member);
      if (Action !== 'connect' && Action !== 'disconnect') this.#networks.invalidate();
    } else if (Type === 'volume') {
      if (Action !== 'mount' && Action !== 'unmount') this.#volumes.invalidate();
    } else this.#images.invalidate();
  }

  /**
   * One snapshot. Not to be called again before it settled.
   *
   * @param options.full look at everything again, whatever the caches say
   * @throws EngineError when the engine fails; the caches stay as they were, so that the next pass looks again
   */
  async observe(desired: DesiredState, options: { readonly full: boolean }): Promise<Observation> {
    const { full } = options;
    const engine = this.#engine;
    const instance = this.#instance ?? desired.instance;
    // Before looking: what an event tells meanwhile may be about what was not wanted until now.
    if (this.#interest?.of !== desired) this.#interest = { of: desired, names: eventInterest(desired, instance) };
    const interest = this.#interest.names;
    // Before the first look: whoever touches what does not answer hangs.
    await this.#mounts.refresh(hostPaths(desired));
    let calls = 0;
    const counted = <T>(call: () => Promise<T>): Promise<T> => {
      calls++;
      return call();
    };

    const networks = this.#networks.observe(
      () => counted(() => engine.listNetworks()),
      wantedNames(desired, 'Network'),
      full,
      ({ name, owner }) => owner?.instance === instance || interest.networks.has(name),
    );
    const containers = this.#containers.observe(
      {
        list: () => counted(() => engine.listContainers()),
        inspect: (id) => counted(() => engine.inspectContainer(id)),
      },
      async (entries) => relevantContainers(desired, instance, (await networks).items, entries),
      full,
    );
    const images = this.#images.observe(
      (name) => counted(() => engine.inspectImage(name)),
      wantedReferences(desired),
      containers.then((found) => found.imageIds),
      full,
    );
    const volumes = this.#volumes.observe(
      () => counted(() => engine.listVolumes()),
      wantedNames(desired, 'Volume'),
      full,
      ({ name, owner }) => owner?.instance === instance || interest.volumes.has(name),
    );
    const wanted = wantedPaths(desired);
    const [
      facts,
      foundContainers,
      foundNetworks,
      foundVolumes,
      foundImages,
      paths,
      logs,
      certificates,
      sentinels,
      backups,
      users,
      groups,
      ownId,
    ] = await settleAll([
      full || this.#facts === undefined ? counted(() => engine.facts()) : Promise.resolve(this.#facts),
      containers,
      networks,
      volumes,
      images,
      this.#paths.observe(wanted.paths, wanted.sealed, wanted.texts),
      observeLogs(wanted.logs, this.#mounts),
      this.#certificates.observe(desired),
      this.#sentinels.observe(desired),
      this.#backups.observe(desired),
      this.#users.read(),
      this.#groups.read(),
      (this.#ownId ??= ownContainerId()),
    ]);
    this.#facts = same(this.#facts, facts);
    this.#lastPaths = sameRecord(this.#lastPaths, paths);
    this.#lastLogs = same(this.#lastLogs, logs);
    const strayMounts = await this.#strayMounts.observe(desired, foundContainers.containers);
    // After the last look, in which one may have fallen silent.
    const silent = silentResources(desired, (path) => this.#mounts.silenceAt(path));
    const observed: Observed = {
      at: this.#now(),
      engine: this.#facts,
      containers: foundContainers.containers,
      networks: foundNetworks.items,
      volumes: foundVolumes.items,
      images: foundImages.images,
      paths: this.#lastPaths,
      logs: this.#lastLogs,
      ...certificates,
      served: this.#served(),
      ...(this.#readiness === undefined ? {} : { readiness: this.#readiness() }),
      ...(this.#services === undefined ? {} : { services: this.#services() }),
      sentinels,
      backups,
      strayMounts,
      ...(Object.keys(silent).length === 0 ? {} : { silent }),
      users,
      groups,
      ...(ownId === undefined ? {} : { ownContainerId: ownId }),
    };
    const missed = [...foundContainers.missed, ...foundNetworks.missed, ...foundVolumes.missed, ...foundImages.missed];
    return { observed, calls, missed };
  }

  #isKnown(id: string): boolean {
    return (
      this.#containers.isKnown(id) ||
      this.#networks.isKnown(id) ||
      this.#volumes.isKnown(id) ||
      this.#images.isKnown(id)
    );
  }
}
