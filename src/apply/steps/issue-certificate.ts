import type { KeyObject } from 'node:crypto';
import type { CertificateFiles } from '../../certs/files.ts';
import { generateKey, keyToPem, loadPrivateKey, readKey } from '../../certs/keys.ts';
import { issueLeaf } from '../../certs/leaf.ts';
import { readLive } from '../../certs/pair-store.ts';
import { randomSerial } from '../../certs/serial.ts';
import { verifyPair } from '../../certs/verify-pair.ts';
import type { StepArguments } from '../../model/step.ts';
import { certificateStep } from '../certificate-step.ts';
import { isLeafPair } from '../leaf-pair.ts';
import { publishPair } from '../publish-pair.ts';
import { readAuthority, readAuthorityKey } from '../read-authority.ts';
import { makeParentsOfOurs } from '../safe-parents.ts';
import { trustContent } from './write-bundle.ts';

/**
 * Makes a certificate, with a key of its own or the live one, and lets it go live once it has proved to be what the
 * spec asks for.
 *
 * @throws StepError ISSUE_FAILED, AUTHORITY_CHANGED, UNSAFE_PATH, PATH_TAKEN, UNKNOWN_OWNER; file system errors
 */
export const issueCertificate = certificateStep<'IssueCertificate'>(async (args, context) => {
  const { spec, issuer } = args;
  const { files, clock } = context;
  const now = clock.now();
  const authorityCertificate = await readAuthority(files, issuer);
  const authorityKey = await readAuthorityKey(files, issuer.key, authorityCertificate);
  await makeParentsOfOurs(files, spec.directory);
  const kept = args.key === 'keep' ? await liveKey(files, args) : undefined;
  const key = kept ?? (await generateKey(spec.keyAlgorithm));
  const serial = randomSerial();
  const certificate = Buffer.from(await issueLeaf({ authorityCertificate, authorityKey, key, spec, serial, now }));
  await publishPair(
    context,
    spec,
    { key: keyToPem(key), certificate, trust: trustContent(args.trust) },
    (staged) => verifyPair({ ...staged, issuers: [authorityCertificate], spec, now }),
    serial,
  );
});

/** The live key, if it is of use: readable, of the wanted algorithm, and the live certificate's. */
async function liveKey(
  files: CertificateFiles,
  { spec, trust }: StepArguments['IssueCertificate'],
): Promise<KeyObject | undefined> {
  try {
    const live = await readLive(files, spec.directory);
    if (live === undefined || readKey(live.key).keyAlgorithm !== spec.keyAlgorithm) return undefined;
    return isLeafPair(live, trust) ? loadPrivateKey(live.key) : undefined;
  } catch {
    return undefined;
  }
}
