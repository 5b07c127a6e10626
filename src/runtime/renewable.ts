import type { Key } from '../model/key.ts';
import type { StatusSnapshot } from '../model/status.ts';

/**
 * What can be done about the wish for a new certificate: `unissued`: there is none yet that it could replace;
 * `unseen`: it was not looked at yet; `unknown`: no such Certificate is wanted.
 */
export type Renewable =
  { readonly state: 'renewable'; readonly fingerprint: string } | { readonly state: 'unissued' | 'unseen' | 'unknown' };

/** Whether a Certificate has something that can be renewed, as far as the last pass knows. */
export function renewable({ certificates, resources, clocks }: StatusSnapshot, key: Key): Renewable {
  if (!key.startsWith('Certificate/')) return { state: 'unknown' };
  const found = certificates.find((certificate) => certificate.key === key);
  if (found?.file !== undefined) return { state: 'renewable', fingerprint: found.file.fingerprint };
  if (found !== undefined) return { state: 'unissued' };
  // Before the first look at everything nothing is known to be missing.
  const isUnseen = clocks.fullDiff === 0 || resources.some((resource) => resource.key === key);
  return { state: isUnseen ? 'unseen' : 'unknown' };
}
