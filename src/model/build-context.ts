/** Label on images of ours that carries the digest of all that they were built from. */
export const CONTEXT_LABEL = 'lab.bastion.context';

/**
 * Whether an entry of a build context, at any depth, is neither sent to the builder nor part of the digest: git's own
 * data changes without the content, and may hold credentials.
 */
export function isLeftOut(name: string): boolean {
  return name === '.git';
}
