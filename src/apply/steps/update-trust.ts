import { CertsError } from '../../certs/errors.ts';
import { type PairContent, readLive } from '../../certs/pair-store.ts';
import { certificateStep } from '../certificate-step.ts';
import { isLeafPair } from '../leaf-pair.ts';
import { publishPair } from '../publish-pair.ts';
import { makeParentsOfOurs } from '../safe-parents.ts';
import { trustContent } from './write-bundle.ts';

/**
 * The live key and certificate as a new version with other trusted authorities.
 *
 * @throws StepError ISSUE_FAILED when nothing is live or it is no pair, UNSAFE_PATH, PATH_TAKEN, UNKNOWN_OWNER; file
 * system errors
 */
export const updateTrust = certificateStep<'UpdateTrust'>(async ({ spec, trust }, context) => {
  await makeParentsOfOurs(context.files, spec.directory);
  const live = await readLive(context.files, spec.directory);
  if (live === undefined) throw new CertsError('UNPARSABLE', `nothing is live in ${spec.directory}`);
  const content = { key: live.key, certificate: live.certificate, trust: trustContent(trust) };
  const requirePair = (pair: PairContent): void => {
    if (!isLeafPair(pair, trust)) throw new CertsError('KEY_MISMATCH', 'what is live is no pair of a service');
  };
  requirePair(content);
  await publishPair(context, spec, content, requirePair);
});
