import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '../../../src/model/resource.ts';
import type { AuthorityFiles } from './authority.ts';
import type { Consumers, Process } from './consumers.ts';
import type { Eyes, Live, Seen } from './material.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** Names in a directory that a settled day may leave, without what was moved aside for the human. */
const NAMES_LIMIT = 9;
const CURVES: Readonly<Record<string, string>> = { 'ecdsa-p256': 'prime256v1', 'ecdsa-p384': 'secp384r1' };

export interface OracleParts {
  readonly eyes: Eyes;
  readonly clock: SimulatedClock;
  readonly consumers: Consumers;
  readonly authority: AuthorityFiles;
}

/**
 * Judges by files, processes and the human's drawer alone. What it finds is kept rather than thrown: a step would take
 * it for an error of its own.
 */
export class Oracle {
  readonly problems: string[] = [];
  /** Since the last day that ended as wanted, something happened that may cost trust by itself. */
  isTainted = false;
  readonly #parts: OracleParts;
  /** Directories whose live pair was sound when somebody looked last, and not damaged since. */
  readonly #sound = new Set<string>();
  readonly #damaged = new Set<string>();
  readonly #lives = new Map<string, Live>();
  #authorityVersion = '';

  constructor(parts: OracleParts) {
    this.#parts = parts;
  }

  /** The simulation itself changed files: from now on this is what is there. */
  rebase(damaged: readonly string[] = []): void {
    this.#parts.eyes.forget();
    for (const directory of damaged) {
      this.#sound.delete(directory);
      this.#damaged.add(directory);
    }
    this.#authorityVersion = this.#parts.authority.version();
  }

  /** A file operation is over, or was cut off: whatever a reader finds now must be of use. */
  boundary(what: string, path: string, directories: readonly string[]): void {
    const { authority, eyes } = this.#parts;
    const version = authority.version();
    if (version !== this.#authorityVersion) {
      this.#authorityVersion = version;
      if (authority.pair !== undefined) this.#tell(`${what} changed a file of the authority`);
    }
    const directory = directories.find((one) => path === one || path.startsWith(`${one}/`));
    if (directory === undefined) return;
    const live = eyes.live(directory);
    if (live === this.#lives.get(directory)) return;
    this.#lives.set(directory, live);
    if (live.state === 'sound') {
      this.#sound.add(directory);
      this.#damaged.delete(directory);
    } else if (this.#sound.has(directory))
      this.#tell(`${what}: live in ${directory} is ${live.state === 'absent' ? 'nothing' : live.why}`);
    else if (live.state === 'broken' && !this.#damaged.has(directory))
      this.#tell(`${what}: the first pair in ${directory} is broken: ${live.why}`);
    this.trust(what);
  }

  /** Whatever a consumer shows is trusted by all others: the authority may rotate, but nobody is cut off. */
  trust(what: string): void {
    if (this.isTainted) return;
    const { consumers, eyes, clock } = this.#parts;
    const now = clock.now();
    const isValid = ({ notBefore, notAfter }: Seen): boolean => notBefore <= now && now < notAfter;
    const all = consumers.all.flatMap((process) => {
      const serving = consumers.serving(process);
      return serving === undefined ? [] : [{ ...process, ...serving }];
    });
    for (const { leaf, ...shown } of all) {
      if (!isValid(leaf)) continue;
      for (const { trust, ...reader } of all) {
        // One that did not hear whom to trust now serves the right certificate all the same: nobody can see that.
        if (reader.isFlaky || trust.some((one) => eyes.isSignedBy(leaf, one))) continue;
        if (!trust.some(isValid)) continue;
        this.#tell(`${what}: ${reader.name} does not trust ${leaf.serial.slice(0, 8)}, which ${shown.name} shows`);
      }
    }
  }

  /** A key was written with these permission bits. */
  keyWritten(path: string, mode: number, allowed: number): void {
    if ((mode & 0o077 & ~allowed) !== 0) this.#tell(`${path} was written with mode ${mode.toString(8)}`);
  }

  /** Whatever was planned and done: the authority is as the human or its making left it. */
  dayEnds(): void {
    const problem = this.#parts.authority.check();
    if (problem !== undefined) this.#tell(problem);
    this.#authorityVersion = this.#parts.authority.version();
  }

  /** Nothing is left to do: then everything has to be as wanted. */
  settled(certificates: readonly Resource<'Certificate'>[], bundle: string): void {
    const { authority, consumers } = this.#parts;
    const present = authority.seen;
    if (present === undefined) return this.#tell('there is no authority');
    for (const { spec, name } of certificates) {
      const problem = this.#certificateProblem(spec, present);
      if (problem !== undefined) this.#tell(`${name} ${problem}`);
      const unsettled = this.#directoryProblem(spec.directory, spec.mode);
      if (unsettled !== undefined) this.#tell(`${spec.directory} ${unsettled}`);
    }
    const trusted = this.#certificatesIn(bundle);
    if (trusted !== present.fingerprint) this.#tell(`the bundle holds ${trusted}`);
    for (const process of consumers.all) {
      const problem = this.#processProblem(process, present);
      if (problem !== undefined) this.#tell(`${process.name} ${problem}`);
    }
    if (this.problems.length === 0) this.isTainted = false;
  }

  #certificateProblem(spec: Resource<'Certificate'>['spec'], present: Seen): string | undefined {
    const { eyes, clock } = this.#parts;
    const now = clock.now();
    const live = eyes.live(spec.directory);
    if (live.state !== 'sound') return `is ${live.state}`;
    const { leaf, trust } = live;
    if (leaf.notBefore > now || leaf.notAfter <= now) return 'is not valid now';
    if (now >= leaf.notAfter - spec.renewBefore && leaf.notAfter < present.notAfter - 120_000) return 'was not renewed';
    if (leaf.notAfter > present.notAfter) return 'outlives its authority';
    if (leaf.names.join() !== [...spec.dnsNames].sort().join()) return `is for ${leaf.names.join()}`;
    if (leaf.keyType !== CURVES[spec.keyAlgorithm]) return `has a key of ${leaf.keyType}`;
    if (!eyes.isSignedBy(leaf, present)) return 'is not signed by the present authority';
    const trusted = trust.map(({ fingerprint }) => fingerprint).join();
    return trusted === present.fingerprint ? undefined : `lets its reader trust ${trusted}`;
  }

  #directoryProblem(directory: string, mode: number): string | undefined {
    const names = readdirSync(directory).filter((name) => !name.includes('.before-bastion'));
    const versions = names.filter((name) => /^\.\.\d/.test(name));
    if (versions.length > 2) return `holds ${versions.length} versions`;
    if (names.length > NAMES_LIMIT) return `holds ${names.join(' ')}`;
    const live = lstatSync(join(directory, '..data', 'tls.key')).mode & 0o7777;
    if (live !== mode) return `has a key of mode ${live.toString(8)}`;
    const own = lstatSync(directory).mode & 0o7777;
    return (own & 0o022) === 0 ? undefined : `has mode ${own.toString(8)}`;
  }

  #processProblem(process: Process, present: Seen): string | undefined {
    const { consumers, eyes } = this.#parts;
    const serving = consumers.serving(process);
    const live = eyes.live(process.directory);
    if (live.state !== 'sound') return undefined;
    if (process.isFlaky && !process.isLooked) return undefined;
    if (serving?.leaf.fingerprint !== live.leaf.fingerprint)
      return 'serves another certificate than the one that is live';
    if (!process.isFlaky && serving.trust.map(({ fingerprint }) => fingerprint).join() !== present.fingerprint)
      return 'trusts another authority than the present one';
    return undefined;
  }

  #certificatesIn(path: string): string {
    try {
      const { eyes } = this.#parts;
      return eyes
        .certificates(readFileSync(path, 'latin1'))
        .map(({ fingerprint }) => fingerprint)
        .join();
    } catch (error) {
      return (error as Error).message;
    }
  }

  #tell(problem: string): void {
    if (this.problems.length < 20) this.problems.push(problem);
  }
}
