import type { CertificateFiles } from '../../certs/files.ts';
import { generateKey, keyToPem, loadPrivateKey } from '../../certs/keys.ts';
import { ensurePairDirectory } from '../../certs/pair-store.ts';
import { type Pending, readPending, writePending } from '../../certs/pending.ts';
import { replaceFile } from '../../certs/place-file.ts';
import { makeRequest } from '../../certs/request.ts';
import { identityHash } from '../../model/certificate-identity.ts';
import type { CertificateSpec } from '../../model/certificate-specs.ts';
import { certificateStep } from '../certificate-step.ts';
import { makeParents, makeParentsOfOurs, OPEN_DIRECTORY } from '../safe-parents.ts';

/**
 * Makes a key that waits for its signature and publishes the request for it. One that waits already for the same
 * certificate is kept: somebody may be signing it.
 *
 * @throws StepError ISSUE_FAILED, UNSAFE_PATH, PATH_TAKEN; file system errors
 */
export const requestSignature = certificateStep<'RequestSignature'>(async ({ spec }, { files }) => {
  await makeParentsOfOurs(files, spec.directory);
  await makeParents(files, spec.request, OPEN_DIRECTORY);
  await ensurePairDirectory(files, spec.directory);
  const pending = (await waiting(files, spec)) ?? (await makePending(files, spec));
  await replaceFile(files, spec.request, pending.request, { uid: -1, gid: -1 }, 0o444);
});

async function waiting(files: CertificateFiles, spec: CertificateSpec): Promise<Pending | undefined> {
  const pending = await readPending(files, spec.directory);
  return pending?.identity === identityHash(spec) && isKey(pending.key) ? pending : undefined;
}

async function makePending(files: CertificateFiles, spec: CertificateSpec): Promise<Pending> {
  const key = await generateKey(spec.keyAlgorithm);
  const request = Buffer.from(await makeRequest(spec, key));
  const pending = { key: keyToPem(key), request, identity: identityHash(spec) };
  await writePending(files, spec.directory, pending);
  return pending;
}

function isKey(pem: Buffer): boolean {
  try {
    loadPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}
