import { replaceFile } from '../../certs/place-file.ts';
import { certificateStep } from '../certificate-step.ts';
import { makeParents, OPEN_DIRECTORY } from '../safe-parents.ts';

/**
 * Writes the authorities that are trusted now, whole or not at all.
 *
 * @throws StepError UNSAFE_PATH, PATH_TAKEN; file system errors
 */
export const writeBundle = certificateStep<'WriteBundle'>(async ({ path, certificates }, { files }) => {
  await makeParents(files, path, OPEN_DIRECTORY);
  await replaceFile(files, path, trustContent(certificates), { uid: -1, gid: -1 }, 0o444);
});

/** PEM certificates as one file. */
export function trustContent(certificates: readonly string[]): Buffer {
  return Buffer.from(certificates.map((pem) => `${pem.trimEnd()}\n`).join(''));
}
