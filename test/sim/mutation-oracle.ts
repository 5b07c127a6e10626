import { createHash } from 'node:crypto';
import type { ContainerInspect } from '../../src/engine/wire.ts';
import type { Key } from '../../src/model/key.ts';
import { LABEL } from '../../src/model/labels.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import type { FakeDaemon } from '../support/fake-engine/daemon.ts';

/** What the human has put on the disk, as the simulated operator read it last. */
export interface HumanFiles {
  /** Gate name to the time of its file, milliseconds since the epoch. */
  readonly gates: ReadonlyMap<string, number>;
  /** Consent file to what it was given for. */
  readonly consents: ReadonlyMap<string, readonly string[]>;
  readonly holds: ReadonlySet<string>;
}

interface Subject {
  readonly key: Key | undefined;
  readonly name: string;
  readonly container?: ContainerInspect;
}

const REMOVALS: ReadonlySet<string> = new Set(['removeContainer', 'removeNetwork', 'removeVolume']);
const ENDINGS: ReadonlySet<string> = new Set([...REMOVALS, 'stopContainer']);
const MEMBERSHIP: ReadonlySet<string> = new Set(['connectNetwork', 'disconnectNetwork']);

/**
 * Judges every mutating call by the world, the wish and the human's files alone: nothing of the planner is asked. It
 * has its own idea of what lies behind a gate and of when a gate that is to be revalidated is closed.
 */
export class MutationOracle {
  readonly #daemon: FakeDaemon;
  /** Since when each gate has stood for what it stands for, as of the passes. */
  readonly #changed = new Map<string, { meaning: string; at: number }>();
  /** Foreign containers that were adopted: a container of ours was made to replace them. */
  readonly #taken = new Set<string>();
  /** All that was wanted in any pass since the state directory was new. */
  readonly #everWanted = new Set<Key>();
  #desired: DesiredState;
  #files: HumanFiles;

  constructor(daemon: FakeDaemon, desired: DesiredState, files: HumanFiles) {
    this.#daemon = daemon;
    this.#desired = desired;
    this.#files = files;
  }

  /** What a pass that begins now reads. */
  passBegins(desired: DesiredState, files: HumanFiles, now: number): void {
    this.#desired = desired;
    for (const { key } of desired.resources) this.#everWanted.add(key);
    this.#files = { gates: new Map(files.gates), consents: new Map(files.consents), holds: new Set(files.holds) };
    for (const resource of desired.resources) {
      if (resource.kind !== 'Gate') continue;
      const reached = this.#reach(resource.key).filter((key) => key !== resource.key);
      const meaning = reached.map((key) => `${key} ${this.#resource(key)?.hash ?? ''}`).join('\n');
      const before = this.#changed.get(resource.name);
      if (before?.meaning !== meaning) this.#changed.set(resource.name, { meaning, at: before ? now : -1 });
    }
  }

  /** The next operator begins with an empty state directory. */
  stateIsLost(): void {
    this.#everWanted.clear();
  }

  /** What is wrong with a call that is about to reach the engine; undefined when nothing is. */
  judge(method: string, args: readonly unknown[]): string | undefined {
    const subject = this.#subject(method, args);
    const { key } = subject;
    if (key === undefined) return this.#judgeForeign(method, args, subject);
    const held = ['all', key.replace('/', '.').replaceAll('/', '_')].find((name) => this.#files.holds.has(name));
    if (held !== undefined) return `${key} is on hold (hold/${held})`;
    // A network of ours that is made anew takes its members along, also those behind a gate that is not before it.
    const through = MEMBERSHIP.has(method) && key.startsWith('Container/') ? this.#network(String(args[0])) : undefined;
    const gate = through === undefined ? this.closedGatesBefore(key)[0] : undefined;
    if (gate !== undefined) return `${key} lies behind the closed gate ${gate}`;
    const isWanted = this.#resource(key) !== undefined;
    if (REMOVALS.has(method) && !isWanted) {
      if (!this.#desired.complete) return `${key} is removed although the desired state is not complete`;
      if (this.#desired.resources.length === 0) return `${key} is removed although the desired state is empty`;
    }
    if (method === 'removeVolume') return this.#judgeVolume(String(args[0]));
    return ENDINGS.has(method) && !isWanted && !this.#everWanted.has(key)
      ? this.#judgeStrange(method, subject, String(args[0]))
      : undefined;
  }

  /** Closed gates that a resource depends on, through any number of others. */
  closedGatesBefore(key: Key): Key[] {
    return this.#reach(key).filter((other) => other !== key && other.startsWith('Gate/') && !this.#isOpen(other));
  }

  #isOpen(key: Key): boolean {
    const gate = this.#resource(key);
    const opened = this.#files.gates.get(key.slice('Gate/'.length));
    if (gate?.kind !== 'Gate' || opened === undefined) return false;
    return gate.spec.revalidate === 'never' || opened > (this.#changed.get(gate.name)?.at ?? Infinity);
  }

  #reach(from: Key): Key[] {
    const reached = new Set<Key>();
    const open: Key[] = [from];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (reached.has(key)) continue;
      reached.add(key);
      open.push(...(this.#resource(key)?.dependsOn ?? []));
    }
    return [...reached].sort();
  }

  #resource(key: Key): DesiredState['resources'][number] | undefined {
    return this.#desired.resources.find((resource) => resource.key === key);
  }

  /** The wanted network of this name, unless it lies behind a closed gate itself. */
  #network(name: string): Key | undefined {
    const key: Key = `Network/${name}`;
    return this.#resource(key) !== undefined && this.closedGatesBefore(key).length === 0 ? key : undefined;
  }

  #subject(method: string, args: readonly unknown[]): Subject {
    const first = String(args[0]);
    if (method === 'createContainer' || method === 'createNetwork') {
      const body = args[1] as { Labels?: Record<string, string> };
      return { key: this.#ownKey(body.Labels), name: first };
    }
    if (method === 'createVolume') return { key: `Volume/${first}`, name: first };
    if (method === 'pullImage') return { key: `Image/${first}`, name: first };
    if (method === 'removeNetwork') {
      const network = [...this.#daemon.networks.values()].find(({ inspect }) => inspect.Id === first);
      return { key: this.#ownKey(network?.inspect.Labels), name: network?.inspect.Name ?? first };
    }
    if (method === 'removeVolume') return { key: this.#ownKey(this.#daemon.volumes.get(first)?.Labels), name: first };
    const inspect = this.#daemon.findContainer(MEMBERSHIP.has(method) ? String(args[1]) : first)?.inspect;
    if (!inspect) return { key: 'Container/gone', name: 'gone' };
    return { key: this.#ownKey(inspect.Config.Labels), name: inspect.Name.slice(1), container: inspect };
  }

  #ownKey(labels: Record<string, string> | null | undefined): Key | undefined {
    return labels?.[LABEL.instance] === this.#desired.instance ? (labels[LABEL.key] as Key) : undefined;
  }

  #judgeForeign(method: string, args: readonly unknown[], { name, container }: Subject): string | undefined {
    const what = `${method}(${String(args[0]).slice(0, 12)}) touches the foreign ${name}`;
    if (!container) return what;
    // A network of ours that is made anew takes its members, whosever they are, along.
    if (MEMBERSHIP.has(method) && this.#network(String(args[0])) !== undefined) return undefined;
    const replacedByOurs = [...this.#daemon.containers.values()].some(
      ({ inspect }) => inspect.Config.Labels?.[LABEL.replaces] === container.Id,
    );
    // What a rollback puts back has its candidate removed before it gets its name and is started.
    if (replacedByOurs) this.#taken.add(container.Id);
    const adopted = this.#desired.resources.some(
      (resource) => resource.kind === 'Container' && resource.spec.adopt && name === resource.name,
    );
    return this.#taken.has(container.Id) || adopted ? undefined : what;
  }

  #judgeVolume(name: string): string | undefined {
    const made = this.#daemon.volumes.get(name)?.CreatedAt ?? '';
    return this.#judgeConsent(new RegExp(`^[Vv]olume[ /]${name} made ${made} `), `the volume ${name}`);
  }

  /** Somebody else may have made what has our labels and was never wanted. */
  #judgeStrange(method: string, { key, name, container }: Subject, id: string): string | undefined {
    const what = `${container === undefined ? 'network' : 'container'} ${name}`;
    const short = (container?.Id ?? id).slice(0, 12);
    return this.#judgeConsent(new RegExp(`^${what} \\(${short}\\)`), `${key}, never wanted (${method}), the ${what}`);
  }

  #judgeConsent(line: RegExp, what: string): string | undefined {
    for (const [file, removes] of this.#files.consents) {
      const purpose = file.split('-')[0] ?? '';
      const digest = createHash('sha256')
        .update(`${purpose}\n${[...removes].sort().join('\n')}`)
        .digest('hex');
      if (!file.includes(digest.slice(0, 12))) return `the consent ${file} is not named after what it allows`;
      if (removes.some((each) => line.test(each))) return undefined;
    }
    return `${what} is removed without consent`;
  }
}
