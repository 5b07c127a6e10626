import { randomInt } from 'node:crypto';
import { placeFile } from '../../certs/place-file.ts';
import type { SecretSpec } from '../../model/certificate-specs.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';
import { resolveOwner } from '../owner.ts';
import { requireParents } from '../safe-parents.ts';

/**
 * Makes a secret out of fresh randomness where there is none. What is there stays as it is, and its content is known
 * to nothing but the file.
 *
 * @throws StepError UNSAFE_PATH, UNKNOWN_OWNER; file system errors
 */
export async function generateSecret({ spec }: StepArguments['GenerateSecret'], { files }: StepContext): Promise<void> {
  if (spec.generate === undefined) throw new Error(`${spec.path} says not how it is generated`);
  await requireParents(files, spec.path);
  const owner = await resolveOwner(spec);
  const content = randomContent(spec.generate);
  try {
    await placeFile(files, spec.path, content, owner, spec.mode);
  } finally {
    content.fill(0);
  }
}

/**
 * `randomInt` draws again where a remainder would favour the first characters. It never becomes a string, which nobody
 * could wipe.
 */
function randomContent({ length, alphabet }: NonNullable<SecretSpec['generate']>): Buffer {
  const characters = [...alphabet].map((character) => Buffer.from(character));
  const content = Buffer.alloc(length * Math.max(...characters.map((character) => character.length)));
  let end = 0;
  for (let count = 0; count < length; count++) end += characters[randomInt(characters.length)]?.copy(content, end) ?? 0;
  return content.subarray(0, end);
}
