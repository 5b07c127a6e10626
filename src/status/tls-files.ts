import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** Where the server's certificate (with its intermediates), its key and the authorities of its clients lie. */
export interface TlsPaths {
  readonly certificate: string;
  readonly key: string;
  /** Absent: clients need no certificate. */
  readonly clientAuthority?: string;
}

/** PEM texts of one moment that fit each other. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** What a look at the files found. `missing` and `fault` say in words what and where. */
export type TlsReading =
  | { readonly state: 'unchanged' }
  | { readonly state: 'usable'; readonly material: TlsMaterial }
  | { readonly state: 'missing' | 'fault'; readonly message: string };

/** Looks in which the files may change under the reader before it waits for the next one. */
const TRIES = 3;
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** The file that a path leads to now, through whatever symlinks, and its version. */
async function versionOf(path: string): Promise<string> {
  const real = await realpath(path);
  const { ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
  return [real, ino, size, mtimeNs, ctimeNs].join(' ');
}

function parseCertificates(text: string): X509Certificate[] | undefined {
  try {
    return (text.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** Why these do not fit; undefined when they do. Never quotes what is in a file. */
function misfit({ cert, key, ca }: TlsMaterial, paths: TlsPaths): string | undefined {
  const certificate = parseCertificates(cert)?.[0];
  if (certificate === undefined) return `${paths.certificate} holds no PEM certificate that can be read`;
  let matches: boolean;
  try {
    matches = certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return `${paths.key} holds no unencrypted PEM key that can be read`;
  }
  if (!matches) return `the key ${paths.key} does not belong to the certificate ${paths.certificate}`;
  if (ca !== undefined) {
    // An empty list would stand for every public authority there is.
    const authorities = parseCertificates(ca) ?? [];
    if (authorities.length === 0) return `${paths.clientAuthority} holds no PEM certificates that can be read`;
    if (!authorities.every((authority) => authority.ca))
      return `${paths.clientAuthority} holds a certificate that is not an authority's`;
  }
  try {
    createSecureContext({ cert, key, ...(ca === undefined ? {} : { ca }) });
  } catch {
    return `${paths.certificate} and its key cannot be used for TLS: its key is too weak, or its chain is broken`;
  }
  return undefined;
}

/** Reads certificate, key and client authorities as one set, and again only when one of the files is another one. */
export class TlsFiles {
  readonly #paths: TlsPaths;
  #seen = '';

  constructor(paths: TlsPaths) {
    this.#paths = paths;
  }

  /**
   * What lies there now; `unchanged` when it is what the last call found, fitting or not. All three are of one moment:
   * a Certificate's directory, where one symlink changes them together, is never read half before and half after.
   */
  async read(): Promise<TlsReading> {
    let trouble: unknown;
    for (let tried = 0; tried < TRIES; tried += 1) {
      try {
        const before = await this.#versions();
        if (before === this.#seen) return { state: 'unchanged' };
        const material = await this.#material();
        if ((await this.#versions()) !== before) continue;
        this.#seen = before;
        const message = misfit(material, this.#paths);
        return message === undefined ? { state: 'usable', material } : { state: 'fault', message };
      } catch (error) {
        // Maybe gone between two calls because something newer took its place.
        trouble = error;
      }
    }
    if (trouble !== undefined) return this.#unreadable(trouble);
    return { state: 'fault', message: `${this.#paths.certificate} and its key change all the time` };
  }

  #unreadable(error: unknown): TlsReading {
    const path = error instanceof Error && 'path' in error ? String(error.path) : this.#paths.certificate;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
    const seen = `unreadable ${path} ${code}`;
    if (this.#seen === seen) return { state: 'unchanged' };
    this.#seen = seen;
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { state: 'missing', message: `${path} does not exist` };
    return { state: 'fault', message: `${path} cannot be read: ${code}` };
  }

  /** One after the other, so that of several that are missing it is always the same one that is told of. */
  async #versions(): Promise<string> {
    const versions: string[] = [];
    for (const path of this.#all()) versions.push(await versionOf(path));
    return versions.join('\n');
  }

  async #material(): Promise<TlsMaterial> {
    const { certificate, clientAuthority } = this.#paths;
    const cert = await readFile(certificate, 'utf8');
    const key = await readFile(this.#paths.key, 'utf8');
    const ca = clientAuthority === undefined ? undefined : await readFile(clientAuthority, 'utf8');
    return { cert, key, ...(ca === undefined ? {} : { ca }) };
  }

  #all(): string[] {
    const { certificate, key, clientAuthority } = this.#paths;
    return [certificate, key, ...(clientAuthority === undefined ? [] : [clientAuthority])];
  }
}
