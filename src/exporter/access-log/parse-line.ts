import type { HttpEvent } from '../accounts/http-account.ts';
import type { ClientAddress } from './client-address.ts';

const NANOSECONDS = 1e9;

/** Reads a line of Traefik's JSON access log. Undefined: it is not one, or says no status. */
export function parseAccessLine(line: string, clients: ClientAddress): HttpEvent | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null) return undefined;
  const fields = entry as Readonly<Record<string, unknown>>;
  const status = fields['DownstreamStatus'];
  if (typeof status !== 'number' || !Number.isInteger(status)) return undefined;
  const service = text(fields['ServiceName']);
  const origin = fields['OriginDuration'];
  return {
    client: clients.find(text(fields['ClientAddr']), text(fields['ClientHost'])),
    service,
    server: service === '' ? '' : text(fields['ServiceAddr']),
    status,
    requestBytes: amount(fields['RequestContentSize']),
    responseBytes: amount(fields['DownstreamContentSize']),
    seconds: amount(fields['Duration']) / NANOSECONDS,
    // Traefik writes 0 when it answered itself and the status of no origin.
    originSeconds: service === '' || fields['OriginStatus'] === undefined ? undefined : amount(origin) / NANOSECONDS,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A number of bytes or nanoseconds; what is none counts as 0. Traefik writes -1 for bodies of unknown length. */
function amount(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < Number.MAX_SAFE_INTEGER ? value : 0;
}
