import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate } from '../../../src/certs/facts.ts';
import { generateKey, keyToPem } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { LIVE_LINK, PAIR_FILES, PAIR_NAMES, versionName } from '../../../src/certs/pair-names.ts';
import { goLive, stageVersion } from '../../../src/certs/pair-store.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { makeRoot } from '../../../src/certs/root.ts';
import { loadX509 } from '../../../src/certs/x509.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import { realFormats, type CertificateFormats } from '../../../src/observe/certificate-formats.ts';
import { realHostFiles, type HostFiles } from '../../../src/observe/host-files.ts';
import { authority, certificate, DAY } from '../../support/certificate-planning.ts';

// Its helpers make themselves global: here, before mocha begins to look for what tests leave behind.
await loadX509();

export interface Material {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** A root, made anew each time. */
export async function newRoot(): Promise<Material> {
  const key = await generateKey('ecdsa-p256');
  const pem = await makeRoot({ key, commonName: 'root', notBefore: Date.now() - DAY, duration: 365 * DAY });
  return { certificate: Buffer.from(pem), key: keyToPem(key) };
}

/** A PKI directory on this host, with one authority `root` and certificates that issue from it. */
export class PkiHost {
  readonly #directory: string;
  #versions = 0;

  constructor(directory: string) {
    this.#directory = directory;
    for (const name of ['certs', 'private', 'live']) mkdirSync(this.at(name), { recursive: true });
  }

  at(...parts: readonly string[]): string {
    return join(this.#directory, ...parts);
  }

  authority() {
    return authority({
      certificate: this.at('certs/root.crt'),
      key: this.at('private/root.key'),
      bundle: this.at('certs/root-bundle.crt'),
    });
  }

  certificate(name = 'web') {
    return certificate(name, {
      directory: this.at('live', name),
      certificate: this.at(`certs/${name}.crt`),
      key: this.at(`private/${name}.key`),
      request: this.at(`certs/${name}.csr`),
      signed: this.at(`certs/${name}.signed.crt`),
    });
  }

  writeRoot({ certificate: pem, key }: Material, bundle: readonly Buffer[] = [pem]): void {
    writeFileSync(this.at('certs/root.crt'), pem);
    writeFileSync(this.at('private/root.key'), key);
    chmodSync(this.at('private/root.key'), 0o400);
    writeFileSync(this.at('certs/root-bundle.crt'), Buffer.concat(bundle));
  }

  async issue(root: Material, spec: CertificateSpec = this.certificate().spec): Promise<Material> {
    const key = await generateKey('ecdsa-p256');
    const pem = await issueLeaf({
      authorityCertificate: parseCertificate(root.certificate),
      authorityKey: root.key,
      key: createPublicKey(key),
      spec,
      now: Date.now(),
    });
    return { certificate: Buffer.from(pem), key: keyToPem(key) };
  }

  /** Lets a pair go live as the operator does. @returns the name of its version */
  async goLive(pair: Material, trust: Buffer, spec: CertificateSpec = this.certificate().spec): Promise<string> {
    const version = versionName(Date.now() + ++this.#versions);
    const content = { ...pair, trust };
    await stageVersion(realFiles, spec.directory, version, content, { uid: -1, gid: -1 }, spec.mode);
    await goLive(realFiles, spec.directory, version);
    return version;
  }

  /** The same without its durability, which takes its time on a disk. */
  place(pair: Material, trust: Buffer, { directory }: CertificateSpec): void {
    const version = versionName(Date.now() + ++this.#versions);
    const path = join(directory, version);
    mkdirSync(path, { recursive: true });
    const contents: Readonly<Record<(typeof PAIR_NAMES)[number], Buffer>> = {
      [PAIR_FILES.key]: pair.key,
      [PAIR_FILES.certificate]: pair.certificate,
      [PAIR_FILES.trust]: trust,
    };
    for (const name of PAIR_NAMES) {
      writeFileSync(join(path, name), contents[name]);
      symlinkSync(join(LIVE_LINK, name), join(directory, name));
    }
    symlinkSync(version, join(directory, LIVE_LINK));
  }
}

/** The real calls, counted by name. */
export class Counted {
  readonly counts: Record<string, number> = {};
  /** Happens before a status is read. */
  beforeStatus: (path: string) => Promise<void> | void = () => undefined;

  readonly files: HostFiles = {
    status: async (path, links) => {
      await this.beforeStatus(path);
      this.#count('status');
      return realHostFiles.status(path, links);
    },
    read: (path, links, limit) => (this.#count('read'), realHostFiles.read(path, links, limit)),
    readLink: (path) => (this.#count('readLink'), realHostFiles.readLink(path)),
    list: (path) => (this.#count('list'), realHostFiles.list(path)),
  };

  readonly formats: CertificateFormats = {
    parseCertificates: (pem) => (this.#count('parse'), realFormats.parseCertificates(pem)),
    signedBy: (leaf, authorities) => (this.#count('verify'), realFormats.signedBy(leaf, authorities)),
    readKey: (pem) => (this.#count('parseKey'), realFormats.readKey(pem)),
  };

  /** Calls since the last question. */
  take(): Record<string, number> {
    const taken = { ...this.counts };
    for (const name of Object.keys(this.counts)) delete this.counts[name];
    return taken;
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
