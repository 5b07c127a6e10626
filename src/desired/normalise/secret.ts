import type { SecretSpec } from '../../model/certificate-specs.ts';
import type { Field } from '../field.ts';
import type { SecretManifest } from '../../model/manifest-types.ts';
import { defined } from './defined.ts';
import { readAccount } from './directory.ts';
import { readPrivateMode } from './file-mode.ts';
import { readFilePath } from './host-path.ts';

type Generate = NonNullable<SecretManifest['spec']['generate']>;

/** What can be tried out by machine is no secret. */
const WEAK_BITS = 64;

/** A validated Secret manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseSecret(spec: SecretManifest['spec'], field: Field): SecretSpec {
  return defined({
    path: readFilePath(spec.path, field.at('path')) ?? spec.path,
    owner: readAccount(spec.owner, field.at('owner')),
    group: readAccount(spec.group, field.at('group')),
    mode: readPrivateMode(spec.mode, 'the secret', field.at('mode')) ?? 0,
    generate: spec.generate === undefined ? undefined : readGenerate(spec.generate, field.at('generate')),
  });
}

function readGenerate({ length, alphabet }: Generate, field: Field): Generate {
  const at = field.at('alphabet');
  const characters = new Set(alphabet);
  if (!/^[!-~]*$/.test(alphabet)) at.error('may hold printable ASCII characters only, and no space');
  else if (characters.size < alphabet.length) at.error('holds a character twice, which would make it likelier');
  else if (characters.size < 2) at.error('needs at least two characters to choose from');
  else {
    const bits = Math.floor(length * Math.log2(characters.size));
    if (bits < WEAK_BITS)
      field.warning(`can be guessed: ${bits} bits of chance, where ${WEAK_BITS} are the least to want`, 'weak-secret');
  }
  return { length, alphabet };
}
