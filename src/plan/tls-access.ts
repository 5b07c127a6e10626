import { keyOf } from '../model/key.ts';
import type { ObservedPem } from '../model/observed-certificates.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Resource } from '../model/resource.ts';
import type { TlsAccess, TlsName } from '../model/tls-access.ts';

/**
 * What a step, or somebody who looks beside the plan, needs to talk to a service: whom it may trust there, which is the
 * authority as it lies on the disk and all that its bundle holds, and what it presents. Undefined authorities give an
 * empty trust: then nobody is trusted, and the failure says so.
 *
 * @param own the service's own `ca.crt`, if it is known: in a rotation it may hold more than the bundle
 */
export function tlsAccess(
  { serverName, authority }: TlsName,
  { desired, observed }: Pick<PlanningInput, 'desired' | 'observed'>,
  own?: ObservedPem,
): TlsAccess {
  const there = observed.authorities[keyOf('CertificateAuthority', authority)];
  const trust = new Map<string, string>();
  for (const pem of [there?.certificate, there?.bundle, own])
    if (pem?.state === 'parsed')
      for (const facts of pem.certificates) if (facts.isAuthority) trust.set(facts.fingerprint, facts.pem);
  const client = desired.bastion.clientCertificate;
  const identity = desired.resources.find(
    (candidate): candidate is Resource<'Certificate'> =>
      client !== undefined && candidate.kind === 'Certificate' && candidate.name === client,
  );
  return {
    serverName,
    trust: [...trust.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pem]) => pem),
    ...(identity === undefined || observed.pairs[identity.key]?.live === undefined
      ? {}
      : { identity: identity.spec.directory }),
  };
}
