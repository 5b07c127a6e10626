import { join } from 'node:path';
import type { ParsedCertificate } from '../certs/facts.ts';
import { PAIR_FILES, PENDING, PENDING_FILES } from '../certs/pair-names.ts';
import type { CertificateSpec } from '../model/certificate-specs.ts';
import type { ObservedPair } from '../model/observed-certificates.ts';
import type { ObservedPath } from '../model/observed.ts';
import { readErrorText } from '../model/read-error-text.ts';
import type { ParsedKey, ParsedPem } from './certificate-formats.ts';
import type { CertificateReaders, ParsedText } from './certificate-readers.ts';
import type { LiveLink } from './live-links.ts';
import type { PairDirectories } from './pair-directories.ts';
import type { LookedFile, Unusable } from './parsed-files.ts';
import { MISSING_PATH, pathStatus, pathWithout } from './path-status.ts';

/** Looks at a version that is gone before it was read whole: it was replaced and removed meanwhile. */
const TRIES = 3;

const NOTHING_LIVE: LiveLink = { version: undefined, since: 0 };

interface Live {
  /** Name of the live version. */
  readonly version: string | undefined;
  /** Milliseconds since the epoch at which it went live; 0 when nothing is. */
  readonly since: number;
  readonly path: ObservedPath;
  readonly certificate: LookedFile<ParsedPem>;
  readonly key: LookedFile<ParsedKey>;
  readonly trust: LookedFile<ParsedPem>;
}

/**
 * Looks at a Certificate's directory: all files of the one version that is live when the look begins. Never rejects:
 * errors are values.
 *
 * @param authorities of its issuer, those that may have signed what is found
 */
export async function observePair(
  spec: CertificateSpec,
  readers: CertificateReaders,
  directories: PairDirectories,
  authorities: readonly ParsedCertificate[],
): Promise<ObservedPair> {
  // Before the live version: what becomes live meanwhile is not taken for something that is left over.
  const directory = await directories.look(spec.directory);
  const [live, signed] = await Promise.all([
    observeLive(spec.directory, directory.path, readers, directories),
    readers.named.pems.look(spec.signed),
  ]);
  const pending = directory.hasPending ? await observePending(spec, readers) : undefined;
  const { signatures } = readers;
  return {
    live: live.version,
    liveSince: live.since,
    certificate: signatures.in(live.certificate.content, authorities),
    key: live.key.content,
    trust: signatures.in(live.trust.content, authorities),
    paths: {
      directory: directory.path,
      version: live.path,
      certificate: live.certificate.path,
      key: live.key.path,
      trust: live.trust.path,
    },
    isLinked: live.version !== undefined && directory.isLinked,
    others: directory.versions.filter((name) => name !== live.version),
    pending,
    signed: signatures.in(signed.content, authorities),
  };
}

async function observeLive(
  directory: string,
  found: ObservedPath,
  readers: CertificateReaders,
  directories: PairDirectories,
): Promise<Live> {
  if (found.type !== 'directory') return nothing(NOTHING_LIVE, MISSING_PATH, found.error);
  try {
    for (let again = 1; ; again++) {
      const { version, since } = (await directories.live(directory)) ?? NOTHING_LIVE;
      if (version === undefined) return nothing(NOTHING_LIVE, MISSING_PATH);
      const live = await observeVersion({ version, since }, join(directory, version), readers);
      const isWhole = [live.certificate, live.key, live.trust].every(({ content }) => content.state !== 'missing');
      if (isWhole || again === TRIES || (await directories.live(directory))?.version === version) return live;
    }
  } catch (error) {
    return nothing(NOTHING_LIVE, MISSING_PATH, readErrorText(error));
  }
}

async function observeVersion(link: LiveLink, directory: string, readers: CertificateReaders): Promise<Live> {
  const { pems, keys } = readers.ours;
  const path = await readers.files
    .status(directory, 'keep')
    .then((status) => (status === undefined ? MISSING_PATH : pathStatus(status)), pathWithout);
  // A symlink could lead to files of somebody else.
  if (path.type !== 'directory') return nothing(link, path, path.error);
  const [certificate, key, trust] = await Promise.all([
    pems.look(join(directory, PAIR_FILES.certificate)),
    keys.look(join(directory, PAIR_FILES.key)),
    pems.look(join(directory, PAIR_FILES.trust)),
  ]);
  return { ...link, path, certificate, key, trust };
}

/** @param error why it is not known whether there is something */
function nothing(link: LiveLink, path: ObservedPath, error?: string): Live {
  const content: Unusable = error === undefined ? { state: 'missing' } : { state: 'unreadable', error };
  const file = { path: MISSING_PATH, content };
  return { ...link, path, certificate: file, key: file, trust: file };
}

async function observePending(
  spec: CertificateSpec,
  { ours, texts }: CertificateReaders,
): Promise<ObservedPair['pending']> {
  const directory = join(spec.directory, PENDING);
  const [key, identity, made, published] = await Promise.all([
    ours.keys.look(join(directory, PENDING_FILES.key)),
    texts.look(join(directory, PENDING_FILES.identity)),
    texts.look(join(directory, PENDING_FILES.request)),
    texts.look(spec.request),
  ]);
  const request = textOf(made);
  return {
    key: key.content,
    identity: textOf(identity)?.trim() ?? '',
    isPublished: request !== undefined && request === textOf(published),
  };
}

function textOf({ content }: LookedFile<ParsedText>): string | undefined {
  return content.state === 'parsed' ? content.text : undefined;
}
