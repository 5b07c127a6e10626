import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './test-pki.ts';

/** A directory as Kubernetes and our operator make it: `tls.crt -> ..data/tls.crt`, `..data -> ..<version>`, one rename. */
export class LiveDirectory {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  readonly #directory: string;
  #version = 0;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    this.certificate = join(directory, 'tls.crt');
    this.key = join(directory, 'tls.key');
    this.authority = join(directory, 'ca.crt');
  }

  /** Exchanges all three files at once. */
  put(identity: Identity, authority: string): void {
    const version = `..${++this.#version}`;
    mkdirSync(join(this.#directory, version));
    writeFileSync(join(this.#directory, version, 'tls.crt'), identity.certificate);
    writeFileSync(join(this.#directory, version, 'tls.key'), identity.key);
    writeFileSync(join(this.#directory, version, 'ca.crt'), authority);
    symlinkSync(version, join(this.#directory, '..next'));
    renameSync(join(this.#directory, '..next'), join(this.#directory, '..data'));
    if (this.#version > 1) return;
    for (const name of ['tls.crt', 'tls.key', 'ca.crt']) symlinkSync(`..data/${name}`, join(this.#directory, name));
  }
}
