import { CertsError } from '../../certs/errors.ts';
import { parseCertificates } from '../../certs/facts.ts';
import { generateKey, keyToPem, loadPrivateKey } from '../../certs/keys.ts';
import { besidePath, placeFile, removeIfThere } from '../../certs/place-file.ts';
import { makeRoot } from '../../certs/root.ts';
import { certificateStep } from '../certificate-step.ts';
import { readOfAuthority } from '../read-authority.ts';
import { CLOSED_DIRECTORY, makeParents, OPEN_DIRECTORY } from '../safe-parents.ts';

const UNOWNED = { uid: -1, gid: -1 };
/** For readers whose clock is behind ours, in milliseconds. */
const BACKDATED = 5 * 60_000;

/**
 * Makes a root where there is none: the key first, then the certificate, each linked into place, so that nothing that
 * is there can be replaced. A certificate that is there keeps the key from being made: its own is somewhere else.
 *
 * @throws StepError ISSUE_FAILED when what lies there afterwards is no pair, UNSAFE_PATH; file system errors
 */
export const createAuthority = certificateStep<'CreateAuthority'>(async (args, { files, clock }) => {
  await makeParents(files, args.key, CLOSED_DIRECTORY);
  await makeParents(files, args.certificate, OPEN_DIRECTORY);
  // An interrupted try leaves a second name for the key.
  for (const path of [args.key, args.certificate]) await removeIfThere(files, besidePath(path));
  if ((await files.status(args.certificate)) === undefined) {
    if ((await files.status(args.key)) === undefined)
      await placeFile(files, args.key, keyToPem(await generateKey('ecdsa-p256')), UNOWNED, 0o400);
    // Read again: somebody else's may have been first.
    const key = loadPrivateKey(await readOfAuthority(files, args.key));
    const { commonName, duration } = args;
    const pem = await makeRoot({ key, commonName, notBefore: clock.now() - BACKDATED, duration });
    await placeFile(files, args.certificate, Buffer.from(pem), UNOWNED, 0o444);
  }
  const [certificate] = parseCertificates(await readOfAuthority(files, args.certificate));
  if (certificate?.x509.checkPrivateKey(loadPrivateKey(await readOfAuthority(files, args.key))) !== true)
    throw new CertsError('KEY_MISMATCH', `${args.certificate} was made for another key than ${args.key}`);
});
