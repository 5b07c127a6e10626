import { request, type Agent } from 'node:https';
import type { Identity } from './test-pki.ts';

export interface Got {
  readonly status: number;
  readonly body: string;
}

/** GET over TLS on a fresh connection, or one of the agent's, with a client certificate unless there is none. Rejects when there is no answer. */
export function mutualGet(
  address: string,
  path: string,
  {
    authority,
    identity,
    method = 'GET',
    agent,
  }: { authority: string; identity?: Identity; method?: string; agent?: Agent },
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = request(
      `https://${address}${path}`,
      {
        method,
        agent: agent ?? false,
        ca: authority,
        ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    call.on('error', reject);
    call.end();
  });
}
