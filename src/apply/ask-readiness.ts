import type { CertificateFiles } from '../certs/files.ts';
import type { EngineReader } from '../engine/port.ts';
import type { ReadinessTarget } from '../model/readiness.ts';
import { redactText } from '../model/redact.ts';
import type { Clock } from '../runtime/clock.ts';
import { containerAddress } from './container-address.ts';
import { hostInUrl } from './http-request.ts';
import { serviceRequest } from './service-request.ts';

/** Milliseconds for one question. */
const DEADLINE = 5_000;
const SEEN_LENGTH = 200;
/** Bytes; what it says beyond its status is for people only. */
const BODY_LIMIT = 4096;

/**
 * Asks a container whether it serves: a GET, over mutual TLS where the target says so, at its address of this moment.
 *
 * @returns undefined when it answered with a status below 400, else what was found instead, for people; never rejects
 */
export async function askReadiness(
  { container, address, port, path, access }: ReadinessTarget,
  { engine, files, clock }: { readonly engine: EngineReader; readonly files: CertificateFiles; readonly clock: Clock },
): Promise<string | undefined> {
  let url = path;
  try {
    const host = address ?? (await containerAddress(engine, container));
    url = `${access === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${port}${path}`;
    const call = {
      host,
      port,
      path,
      method: 'GET',
      deadline: DEADLINE,
      limit: BODY_LIMIT,
      beyondLimit: 'cut',
    } as const;
    const answer = await serviceRequest(call, access, { files, clock });
    if (answer.status < 400) return undefined;
    const said = redactText(answer.body.trim()).slice(0, SEEN_LENGTH);
    return `GET ${url} was answered with ${answer.status}${said === '' ? '' : `: ${said}`}`;
  } catch (error) {
    return redactText(`GET ${url}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
