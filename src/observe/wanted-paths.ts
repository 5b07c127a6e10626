import type { DesiredState } from '../model/resource.ts';

/** Host paths that are looked at. */
export interface WantedPaths {
  readonly paths: readonly string[];
  /** Those of which no digest may be taken: the digest of what can be guessed gives it away. */
  readonly sealed: ReadonlySet<string>;
  /** Those whose text is needed. */
  readonly texts: ReadonlySet<string>;
  /** Logs, of which and of whose rotated files only sizes and times are needed. */
  readonly logs: readonly string[];
}

/** Paths of files, directories, secrets and logs, and the stable names of certificates and keys. */
export function wantedPaths(desired: DesiredState): WantedPaths {
  const paths = new Set<string>();
  // Also where a File names one of them by mistake.
  const sealed = new Set<string>();
  const texts = new Set<string>();
  const logs: string[] = [];
  for (const { kind, spec } of desired.resources) {
    if (kind === 'File' || kind === 'Directory') paths.add(spec.path);
    else if (kind === 'FilePatch') {
      paths.add(spec.path);
      texts.add(spec.path);
    } else if (kind === 'LogFile') logs.push(spec.path);
    else if (kind === 'Secret') {
      paths.add(spec.path);
      sealed.add(spec.path);
    } else if (kind === 'Certificate') {
      paths.add(spec.certificate).add(spec.key);
      sealed.add(spec.key);
    } else if (kind === 'CertificateAuthority') sealed.add(spec.key);
  }
  return { paths: [...paths], sealed, texts, logs };
}
