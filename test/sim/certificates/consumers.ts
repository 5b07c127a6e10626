import type { Engine } from '../../../src/engine/port.ts';
import type { ContainerInspect } from '../../../src/engine/wire.ts';
import type { Dial } from '../../../src/certs/dial.ts';
import type { CertificateConsumer } from '../../../src/model/certificate-specs.ts';
import type { ObservedContainer } from '../../../src/model/observed.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { container, observedContainer } from '../../support/planning.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import type { Chance } from './chance.ts';
import type { Eyes, Live, Seen } from './material.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** How often a flaky one does not hear its signal. */
const DEAF = 0.3;

export type Manner = 'signal' | 'restart' | 'none';

/** A process that serves TLS with what it read of its directory at its start, or when it was told. */
export interface Process {
  readonly name: string;
  readonly id: string;
  readonly address: string;
  readonly directory: string;
  readonly manner: Manner;
  readonly isLooked: boolean;
  readonly isFlaky: boolean;
  startedAt: number;
  loaded: Extract<Live, { state: 'sound' }> | undefined;
}

/** All consumers of the house, the engine that moves them, and the net between them and the operator. */
export class Consumers {
  readonly all: Process[] = [];
  readonly #eyes: Eyes;
  readonly #clock: SimulatedClock;
  readonly #chance: Chance;
  readonly #onChange: () => void;

  constructor(parts: { eyes: Eyes; clock: SimulatedClock; chance: Chance; onChange: () => void }) {
    this.#eyes = parts.eyes;
    this.#clock = parts.clock;
    this.#chance = parts.chance;
    this.#onChange = parts.onChange;
  }

  add(directory: string, manner: Manner, isLooked: boolean, isFlaky: boolean): CertificateConsumer {
    const number = this.all.length + 1;
    const name = `c${number}`;
    const id = String(number).padStart(64, '0');
    const address = `10.0.0.${number}`;
    const startedAt = this.#clock.now();
    this.all.push({ name, id, address, directory, manner, isLooked, isFlaky, startedAt, loaded: undefined });
    return {
      container: name,
      action: manner === 'signal' ? { type: 'signal', signal: 'SIGHUP' } : { type: manner },
      ...(isLooked ? { served: { port: 443, serverName: 'any.lab', within: 3_000 } } : {}),
    };
  }

  resources(): Resource<'Container'>[] {
    return this.all.map(({ name }) => container(name));
  }

  observed(): ObservedContainer[] {
    return this.all.map(({ name, id, startedAt }) => observedContainer(container(name), { id, startedAt }));
  }

  /** What a process shows and whom it trusts: the one that reads at every connection shows what lies live. */
  serving(process: Process): Process['loaded'] {
    if (process.manner === 'none') this.#load(process);
    return process.loaded;
  }

  restart(process: Process): void {
    process.startedAt = this.#clock.now();
    process.loaded = undefined;
    this.#load(process);
    this.#onChange();
  }

  readonly engine: Engine = stubEngine({
    inspectContainer: async (id) => {
      const found = this.#find(id);
      return {
        Id: found.id,
        Name: `/${found.name}`,
        Config: {},
        State: { Status: 'running' },
        HostConfig: { NetworkMode: 'bridge' },
        NetworkSettings: { Networks: { bridge: { IPAddress: found.address } } },
      } as unknown as ContainerInspect;
    },
    signalContainer: async (id) => {
      const found = this.#find(id);
      if (found.isFlaky && this.#chance.happens(DEAF)) return;
      this.#load(found);
      this.#onChange();
    },
    restartContainer: async (id) => this.restart(this.#find(id)),
  });

  readonly dial: Dial = async ({ host, trust }) => {
    const at = this.#clock.now();
    const process = this.all.find(({ address }) => address === host);
    const serving = process === undefined ? undefined : this.serving(process);
    if (serving === undefined) return { at, state: 'unreachable', error: 'connection refused' };
    const { fingerprint, serial, notBefore, notAfter } = serving.leaf;
    const isTrusted = trust.flatMap((pem) => this.#eyes.certificates(pem)).some((one) => this.#vouches(one, serving));
    const failure = !isTrusted ? 'it is not trusted' : at < notBefore || at >= notAfter ? 'its dates' : undefined;
    const found = { at, state: 'served', serial, fingerprint, notBefore, notAfter } as const;
    return failure === undefined ? found : { ...found, failure };
  };

  #vouches(authority: Seen, { leaf }: { readonly leaf: Seen }): boolean {
    return this.#eyes.isSignedBy(leaf, authority);
  }

  #find(id: string): Process {
    const found = this.all.find((process) => process.id === id);
    if (found === undefined) throw new Error(`no container ${id}`);
    return found;
  }

  /** What cannot be read leaves what was read before. */
  #load(process: Process): void {
    const live = this.#eyes.live(process.directory);
    if (live.state === 'sound') process.loaded = live;
  }
}
