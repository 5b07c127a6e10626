import type { CertificateFiles } from '../certs/files.ts';
import { withIdentity } from '../certs/with-identity.ts';
import type { TlsAccess } from '../model/tls-access.ts';
import type { Clock } from '../runtime/clock.ts';
import { httpRequest, type HttpAnswer, type HttpCall } from './http-request.ts';

/**
 * One request to a service, over mutual TLS as the operator. The client certificate is read each time: it may have been
 * renewed, and no key is kept.
 *
 * @param access undefined: plain HTTP
 * @throws HttpFailure
 */
export function serviceRequest(
  call: Omit<HttpCall, 'tls'>,
  access: TlsAccess | undefined,
  { files, clock }: { readonly files: CertificateFiles; readonly clock: Clock },
): Promise<HttpAnswer> {
  if (access === undefined) return httpRequest(clock, call);
  const { serverName, trust } = access;
  return withIdentity(files, access.identity, (identity) =>
    httpRequest(clock, { ...call, tls: { serverName, trust, ...(identity && { identity }) } }),
  );
}
