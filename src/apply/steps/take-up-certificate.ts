import { isCertsError } from '../../certs/errors.ts';
import { type ParsedCertificate, parseCertificates } from '../../certs/facts.ts';
import type { CertificateFiles } from '../../certs/files.ts';
import { loadPrivateKey } from '../../certs/keys.ts';
import { type PairContent, readLive } from '../../certs/pair-store.ts';
import { readPending, removePending } from '../../certs/pending.ts';
import { removeIfThere } from '../../certs/place-file.ts';
import { verifyPair } from '../../certs/verify-pair.ts';
import type { CertificateSpec } from '../../model/certificate-specs.ts';
import type { StepArguments } from '../../model/step.ts';
import { certificateStep } from '../certificate-step.ts';
import type { StepContext } from '../context.ts';
import { publishPair } from '../publish-pair.ts';
import { readAuthority } from '../read-authority.ts';
import { makeParents, OPEN_DIRECTORY } from '../safe-parents.ts';
import { StepError } from '../step-error.ts';
import { trustContent } from './write-bundle.ts';

/**
 * Lets the key that waits go live with the certificate that was signed for it, then removes what is done with: what
 * waited, the request, and at last the signed file, so that an interrupted try is taken up again.
 *
 * @throws StepError SIGNATURE_UNUSABLE, ISSUE_FAILED, AUTHORITY_CHANGED, UNSAFE_PATH, PATH_TAKEN, UNKNOWN_OWNER;
 * file system errors
 */
export const takeUpCertificate = certificateStep<'TakeUpCertificate'>(async (args, context) => {
  const { spec } = args;
  const { files } = context;
  await makeParents(files, spec.signed, OPEN_DIRECTORY);
  const chain = await readSigned(files, spec);
  if (!(await isTakenUp(files, spec, chain[0]))) await takeUp(args, chain, context);
  await removePending(files, spec.directory);
  await removeIfThere(files, spec.request);
  await removeIfThere(files, spec.signed);
});

async function takeUp(
  { spec, issuer, trust }: StepArguments['TakeUpCertificate'],
  chain: readonly ParsedCertificate[],
  context: StepContext,
): Promise<void> {
  const { files, clock } = context;
  const issuers = [await readAuthority(files, issuer)];
  const pending = await readPending(files, spec.directory);
  if (pending === undefined) throw unusable(spec, 'no request waits for it');
  const certificate = trustContent(chain.map(({ pem }) => pem));
  const content = { key: pending.key, certificate, trust: trustContent(trust) };
  const verify = (pair: PairContent): void => {
    verifyPair({ ...pair, issuers, spec, now: clock.now() });
  };
  fits(spec, () => verify(content));
  await publishPair(context, spec, content, verify, chain[0]?.serial);
}

/** The certificate and what is between it and its authority. */
async function readSigned(files: CertificateFiles, spec: CertificateSpec): Promise<readonly ParsedCertificate[]> {
  const type = (await files.status(spec.signed))?.type;
  if (type === undefined) throw unusable(spec, 'it does not exist any more');
  if (type !== 'file') throw unusable(spec, `it is a ${type === 'other' ? 'special file' : type}`);
  const content = await files.read(spec.signed);
  return fits(spec, () => parseCertificates(content)).filter(({ isSelfSigned }, index) => index === 0 || !isSelfSigned);
}

/** Whether an earlier try let it go live already, and only tidying is left. */
async function isTakenUp(
  files: CertificateFiles,
  spec: CertificateSpec,
  signed: ParsedCertificate | undefined,
): Promise<boolean> {
  try {
    const live = await readLive(files, spec.directory);
    if (live === undefined || signed === undefined) return false;
    const isSame = parseCertificates(live.certificate)[0]?.fingerprint === signed.fingerprint;
    return isSame && signed.x509.checkPrivateKey(loadPrivateKey(live.key));
  } catch {
    return false;
  }
}

function fits<T>(spec: CertificateSpec, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw isCertsError(error) ? unusable(spec, error.message) : error;
  }
}

function unusable({ signed, request }: CertificateSpec, why: string): StepError {
  return new StepError('SIGNATURE_UNUSABLE', `${signed} cannot be used: ${why}. Remove it and sign ${request} again.`);
}
