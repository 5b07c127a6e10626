import { containerAddress } from '../apply/container-address.ts';
import { HttpFailure } from '../apply/http-request.ts';
import { serviceRequest } from '../apply/service-request.ts';
import type { CertificateFiles } from '../certs/files.ts';
import type { EngineReader } from '../engine/port.ts';
import { redactText } from '../model/redact.ts';
import type { AskService } from '../observe/services/ask.ts';
import { ServiceError } from '../observe/services/service-error.ts';
import type { WantedService } from '../plan/service/wanted-services.ts';
import type { Clock } from './clock.ts';

const DEADLINE_MILLISECONDS = 5_000;

/** How a service is asked; the address is looked up once, since a restart changes it. Rejects with a ServiceError. */
export type ReachService = (wanted: WantedService) => Promise<AskService>;

const KINDS = {
  certificate: 'certificate',
  unreachable: 'unreachable',
  closed: 'unreachable',
  deadline: 'unreachable',
  protocol: 'refused',
  'too-large': 'refused',
} as const satisfies Record<HttpFailure['because'], ServiceError['kind']>;

/** Asks services over mutual TLS, as the Bastion's client. */
export function createReachService(parts: {
  readonly engine: EngineReader;
  readonly files: CertificateFiles;
  readonly clock: Clock;
}): ReachService {
  return async ({ spec: { at }, container, access }) => {
    const host = container === undefined ? at.address : await addressOf(parts.engine, container.id);
    if (host === undefined) throw new ServiceError('not-running', 'its container does not run');
    return async ({ path, method = 'GET', headers, body, beyondLimit }) => {
      const call = { host, port: at.port, path, method, deadline: DEADLINE_MILLISECONDS };
      const optional = {
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
        ...(beyondLimit && { beyondLimit }),
      };
      try {
        return await serviceRequest({ ...call, ...optional }, access, parts);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        throw new ServiceError(KINDS[error.because], redactText(`${at.serverName}:${at.port}: ${error.message}`));
      }
    };
  };
}

async function addressOf(engine: EngineReader, container: string): Promise<string> {
  try {
    return await containerAddress(engine, container);
  } catch (error) {
    throw new ServiceError('unreachable', redactText(error instanceof Error ? error.message : String(error)));
  }
}
