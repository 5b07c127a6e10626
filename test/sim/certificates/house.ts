import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '../../../src/certs/files.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { DesiredState, Resource } from '../../../src/model/resource.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { PlanCache } from '../../../src/plan/plan-cache.ts';
import { authority, certificate, ROOT } from '../../support/certificate-planning.ts';
import { crashingFiles, diskFull, type CrashingFiles } from '../../support/crashing-files.ts';
import { desiredState } from '../../support/planning.ts';
import { AuthorityFiles, humanKey } from './authority.ts';
import { Chance } from './chance.ts';
import { Consumers, type Manner } from './consumers.ts';
import { Eyes } from './material.ts';
import { CertificateOperator } from './operator.ts';
import { Oracle } from './oracle.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { watchedFiles } from './watched-files.ts';

export const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 10, 22, 12);
/** A file system in memory where there is one: everything is synced. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const FULL: ReadonlySet<string> = new Set(['create', 'makeDirectory', 'symlink', 'link', 'rename']);

export type Scenario = 'created' | 'existing' | 'rotated' | 'offline';

export interface HouseOptions {
  readonly seed: number;
  readonly scenario: Scenario;
  /** For a root that exists. */
  readonly rootKey: KeyObject;
  /** Others than the real ones, to see whether the oracle notices. */
  readonly plan?: (input: PlanningInput) => Plan;
  readonly files?: (files: CertificateFiles) => CertificateFiles;
}

/** A house with an authority, some Certificates and their consumers, and an operator that can die. */
export class CertificateHouse {
  readonly chance: Chance;
  readonly clock: SimulatedClock;
  readonly eyes = new Eyes();
  readonly consumers: Consumers;
  readonly authority: AuthorityFiles;
  readonly oracle: Oracle;
  readonly directory: string;
  readonly bundle: string;
  readonly story: string[] = [];
  certificates: Resource<'Certificate'>[] = [];
  /** Certificates that were tried to be issued since somebody looked. */
  issued = new Map<string, number>();
  #operator: CertificateOperator | undefined;
  #memory: Memory = EMPTY_MEMORY;
  #files: CrashingFiles;
  #desired: DesiredState | undefined;
  readonly #inner: CertificateFiles;
  readonly #options: HouseOptions;
  readonly #root: Resource<'CertificateAuthority'>;

  private constructor(options: HouseOptions) {
    this.#options = options;
    this.chance = new Chance(options.seed);
    this.clock = new SimulatedClock(BEGIN, this.chance);
    this.directory = mkdtempSync(join(TEMPORARY, 'bastion-certificates-'));
    this.bundle = join(this.directory, 'certs/root-bundle.crt');
    const spec = {
      certificate: join(this.directory, 'certs/root.crt'),
      key: join(this.directory, 'private/root.key'),
      bundle: this.bundle,
      create: options.scenario === 'created',
    };
    this.#root = authority(spec);
    const { eyes, clock, chance } = this;
    this.authority = new AuthorityFiles(spec.certificate, spec.key, options.scenario === 'offline', eyes, clock);
    this.consumers = new Consumers({ eyes, clock, chance, onChange: () => this.oracle.trust('a consumer read') });
    this.oracle = new Oracle({ eyes, clock, consumers: this.consumers, authority: this.authority });
    const watched = watchedFiles({
      clock,
      onChange: (what, path) => this.#changed(what, path),
      onKey: (path, mode) => this.oracle.keyWritten(path, mode, 0o440),
    });
    this.#inner = options.files?.(watched) ?? watched;
    this.#files = crashingFiles(this.#inner);
  }

  static async open(options: HouseOptions): Promise<CertificateHouse> {
    const house = new CertificateHouse(options);
    house.#furnish();
    if (options.scenario !== 'created') {
      mkdirSync(join(house.directory, 'certs'), { mode: 0o755 });
      mkdirSync(join(house.directory, 'private'), { mode: 0o700 });
      const key = options.scenario === 'existing' ? options.rootKey : humanKey();
      house.authority.pair = await house.authority.make(key, 'Home Root', 3650);
      house.authority.restore();
    }
    house.oracle.rebase();
    return house;
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  tell(line: string): void {
    this.story.push(`${new Date(this.clock.now()).toISOString()} ${line.replaceAll(`${this.directory}/`, '')}`);
  }

  get memory(): Memory {
    return this.#operator?.memory ?? this.#memory;
  }

  /** Changes what is wanted of one Certificate. */
  edit(name: string, parts: Partial<CertificateSpec>): void {
    this.certificates = this.certificates.map((one) =>
      one.name === name ? certificate(name, { ...one.spec, ...parts }, [ROOT]) : one,
    );
    this.#desired = undefined;
  }

  /** The operator dies at this operation from now that changes something. */
  crashAt(operation: number): void {
    this.#files = crashingFiles(this.#inner, { dieAt: operation });
  }

  /** After so many operations the disk is full for so many others. */
  fillDisk(after: number, operations: number): void {
    let count = 0;
    const fail = (operation: string): Error | undefined => {
      if (!FULL.has(operation)) return undefined;
      count++;
      return count > after && count <= after + operations ? diskFull() : undefined;
    };
    this.#files = crashingFiles(this.#inner, { fail });
  }

  async lookAtServed(): Promise<void> {
    await this.#operator?.lookAtServed();
  }

  askRenewal(name: string): void {
    const found = this.certificates.find((one) => one.name === name);
    const live = found && this.eyes.live(found.spec.directory);
    if (found && live?.state === 'sound') this.#operator?.askRenewal(found.key, live.leaf.fingerprint);
  }

  /** One pass of the operator that lives, or of the next one; undefined: it died. */
  async pass(): Promise<Awaited<ReturnType<CertificateOperator['pass']>>> {
    this.#desired ??= desiredState([this.#root, ...this.certificates, ...this.consumers.resources()]);
    this.#operator ??= await this.#start();
    const operator = this.#operator;
    const end = await operator.pass(this.#desired);
    this.oracle.problems.push(...operator.problems);
    if (end !== undefined) return end;
    this.#memory = this.chance.happens(0.15) ? EMPTY_MEMORY : operator.memory;
    this.tell(`the operator died${this.#memory === EMPTY_MEMORY ? ', and its memory is lost' : ''}`);
    this.#operator = undefined;
    this.#files = crashingFiles(this.#inner);
    return undefined;
  }

  #start(): Promise<CertificateOperator> {
    const cache = new PlanCache();
    return CertificateOperator.start({
      clock: this.clock,
      consumers: this.consumers,
      memory: this.#memory,
      files: () => this.#files,
      plan: this.#options.plan ?? ((input) => buildPlan(input, cache)),
      onStep: (step, outcome) => {
        // What the disk refuses comes back with the waits of all steps; a pair that was made must not.
        const isMade = outcome.type === 'done' || (outcome.type === 'retry' && outcome.error.code === 'ISSUE_FAILED');
        if (isMade && (step.op === 'IssueCertificate' || step.op === 'RequestSignature'))
          this.issued.set(step.target, (this.issued.get(step.target) ?? 0) + 1);
        const result = outcome.type === 'retry' || outcome.type === 'terminal' ? outcome.error.message : outcome.type;
        this.tell(`${step.op} ${step.target} (${step.cause}): ${result}`);
      },
    });
  }

  #changed(what: string, path: string): void {
    const directories = this.certificates.map(({ spec }) => spec.directory);
    this.oracle.boundary(what.replaceAll(`${this.directory}/`, ''), path, directories);
    // What a killed operator made and the oracle never saw whole is looked at when the day ends.
    if (this.authority.pair === undefined) this.authority.check();
  }

  #furnish(): void {
    const manners: readonly Manner[] = ['signal', 'restart', 'none'];
    const count = 3 + Math.min(this.chance.below(4), this.chance.below(4));
    for (let number = 0; number < count; number++) {
      const name = `leaf${number}`;
      const directory = join(this.directory, 'live', name);
      const days = 20 + this.chance.below(100);
      const consumers = Array.from({ length: this.chance.below(3) }, () => {
        const isFlaky = this.chance.happens(0.25);
        return this.consumers.add(directory, this.chance.pick(manners), isFlaky || this.chance.happens(0.6), isFlaky);
      });
      this.certificates.push(
        certificate(
          name,
          {
            directory,
            certificate: join(this.directory, `certs/${name}.crt`),
            key: join(this.directory, `private/${name}.key`),
            request: join(this.directory, `certs/${name}.csr`),
            signed: join(this.directory, `certs/${name}.signed.crt`),
            dnsNames: [`${name}.lab`],
            duration: days * DAY,
            renewBefore: Math.floor(days / 3) * DAY,
            keyAlgorithm: this.chance.happens(0.15) ? 'ecdsa-p384' : 'ecdsa-p256',
            mode: this.chance.happens(0.3) ? 0o440 : 0o400,
            consumers,
          },
          [ROOT],
        ),
      );
    }
  }
}
