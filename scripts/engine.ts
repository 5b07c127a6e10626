import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineAnswers } from './support/engine-http.ts';
import { findEngine } from './support/find-engine.ts';
import { installDocker, mountCgroups } from './support/install-docker.ts';
import { privateEngineHost, startPrivateEngine, stopPrivateEngine } from './support/private-engine.ts';

/** An engine to work with. */
export interface ProvisionedEngine {
  /** Value for DOCKER_HOST. */
  readonly host: string;
  /** False: it was running before us and is left running. */
  readonly private: boolean;
  /** Stops it if it is a private one; safe to call twice. */
  stop(): Promise<void>;
}

/** What a private engine is for; each purpose has its own, so that tests do not stop the demo's. */
export type EnginePurpose = 'test' | 'stack' | 'demo';

/** Directory of the private engine of this checkout for a purpose. Short, since a socket's path is limited to 107 bytes. */
export function privateEngineDirectory(purpose: EnginePurpose): string {
  const checkout = join(dirname(fileURLToPath(import.meta.url)), '..');
  const mark = createHash('sha256').update(checkout).digest('hex').slice(0, 8);
  return join(tmpdir(), `bastion-${purpose}-${mark}`);
}

/**
 * The engine that `DOCKER_HOST` or the default socket answers with; else a private dockerd, installing docker.io when
 * there is none. A private engine for tests that a killed run left is stopped first; the demo's is taken up again.
 * Rejects with what is missing and what to do.
 */
export async function ensureEngine(purpose: EnginePurpose, log: (line: string) => void): Promise<ProvisionedEngine> {
  const directory = privateEngineDirectory(purpose);
  const own: ProvisionedEngine = {
    host: privateEngineHost(directory),
    private: true,
    stop: () => stopPrivateEngine(directory),
  };
  if (purpose === 'demo' && (await engineAnswers(own.host))) return own;
  const found = await findEngine();
  if (found !== undefined) return { host: found, private: false, stop: () => Promise.resolve() };
  const configured = process.env['DOCKER_HOST'] ?? '';
  if (configured !== '') {
    log(`no engine answers at DOCKER_HOST=${configured}, nor on the default socket`);
  }
  await stopPrivateEngine(directory);
  await installDocker(log);
  await mountCgroups(log);
  log(`starting a private Docker Engine in ${directory}`);
  await startPrivateEngine(directory);
  return own;
}
