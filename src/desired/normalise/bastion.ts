import type { BastionSpec } from '../../model/specs.ts';
import type { BastionManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined } from './defined.ts';
import { readAbsolutePath } from './host-path.ts';
import { readNotifications } from './notifications.ts';
import { parseReference } from './reference.ts';

/** A validated Bastion manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseBastion(spec: BastionManifest['spec'], field: Field): BastionSpec {
  const roots = spec.allowedRoots.flatMap((root, position) => {
    const at = field.at('allowedRoots', position);
    const path = readAbsolutePath(root, at);
    if (path === '/') at.error('would allow every path: name directories');
    return path ?? [];
  });
  for (const [wanted, used] of Object.entries(spec.images))
    if (parseReference(used) === undefined)
      field.at('images', wanted).error('is replaced with something that is not an image reference');
  const pki = field.at('pkiDirectory');
  const pkiDirectory = readAbsolutePath(spec.pkiDirectory, pki) ?? spec.pkiDirectory;
  if (pkiDirectory === '/') pki.error('would put keys beside everything else: name a directory of their own');
  const notifications =
    spec.notifications === undefined ? undefined : readNotifications(spec.notifications, field.at('notifications'));
  return defined({
    allowedRoots: [...new Set(roots)].sort(),
    images: spec.images,
    metricsPorts: [...new Set(spec.metricsPorts)].sort((a, b) => a - b),
    concurrency: spec.concurrency,
    maxRemovals: spec.maxRemovals,
    pkiDirectory,
    clientCertificate: spec.clientCertificate,
    notifications,
  });
}
