import { KINDS, type Kind } from '../../model/key.ts';

/** What a shell may offer at one place of a command line. */
export type Offer =
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'directories' }
  | { readonly type: 'files' }
  /** `Kind/name` of everything that is wanted. */
  | { readonly type: 'keys' }
  /** Names of all resources of a kind. */
  | { readonly type: 'names'; readonly kind: Kind };

/**
 * A placeholder as help shows it to what may stand there. Alternatives are separated by `|`. Lower-case words stand for
 * themselves; `DIR`, `DIRECTORY`, `FILE`, `KIND` and `Kind/name` for what they say; a kind in capitals (`CERTIFICATE`)
 * for the name of such a resource. For everything else (`NAME`, `HOST:PORT`) nothing is offered.
 */
export function offersOf(placeholder: string): Offer[] {
  const words: string[] = [];
  const offers: Offer[] = [];
  for (const alternative of placeholder.replaceAll(/[[\]]/g, '').split('|')) {
    if (/^[a-z][a-z0-9-]*$/.test(alternative)) words.push(alternative);
    else if (/^DIR(ECTORY)?$/.test(alternative)) offers.push({ type: 'directories' });
    else if (alternative === 'FILE') offers.push({ type: 'files' });
    else if (alternative === 'Kind/name') offers.push({ type: 'keys' });
    else if (/^KIND\b/.test(alternative)) words.push(...KINDS);
    else {
      const kind = KINDS.find((candidate) => candidate.toUpperCase() === alternative);
      if (kind !== undefined) offers.push({ type: 'names', kind });
    }
  }
  return words.length === 0 ? offers : [{ type: 'words', words }, ...offers];
}
