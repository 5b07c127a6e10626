import { goLive, type PairContent, readVersion, stageVersion } from '../certs/pair-store.ts';
import { removeVersions } from '../certs/leftovers.ts';
import { versionName } from '../certs/pair-names.ts';
import type { CertificateSpec } from '../model/certificate-specs.ts';
import type { StepContext } from './context.ts';
import { resolveOwner } from './owner.ts';
import { makeParentsOfOurs } from './safe-parents.ts';

/**
 * Lets key, certificate and trusted authorities go live together. They are read again from the disk and verified before
 * that; what does not verify is removed.
 *
 * @param verify throws when the pair must not go live
 * @param serial of the certificate, if the version is the first with it
 * @throws StepError UNSAFE_PATH, UNKNOWN_OWNER; TakenError; whatever `verify` throws; file system errors
 */
export async function publishPair(
  { files, clock }: Pick<StepContext, 'files' | 'clock'>,
  spec: CertificateSpec,
  content: PairContent,
  verify: (content: PairContent) => void,
  serial?: string,
): Promise<void> {
  const { directory } = spec;
  const owner = await resolveOwner(spec);
  await makeParentsOfOurs(files, directory);
  const version = versionName(clock.now(), serial);
  await stageVersion(files, directory, version, content, owner, spec.mode);
  try {
    verify(await readVersion(files, directory, version));
    await goLive(files, directory, version, { adopt: spec.adopt });
  } catch (error) {
    await removeVersions(files, directory, [version]).catch(() => undefined);
    throw error;
  }
}
