import { createDockerEngine } from '../../src/engine/docker.ts';
import { callEngine } from '../../scripts/support/engine-http.ts';
import { skipBecause } from '../support/skip.ts';
import { TEST_ENGINE_VARIABLE, testEngine } from '../support/test-engine.ts';
import { describeEngineContract } from './engine-contract.ts';

const DEFAULT_IMAGE = 'bastion-local/busybox:1.35.0';

describeEngineContract('The Docker adapter', async (context) => {
  const { host, image } = await findEngine();
  if (host === undefined) return skipBecause(context, 'no Docker Engine answers');
  const engine = createDockerEngine({ host });
  try {
    await engine.facts();
    if ((await engine.inspectImage(image)) === undefined) throw new Error(`${image} is not on the engine`);
  } catch (error) {
    engine.close();
    return skipBecause(context, error instanceof Error ? error.message : String(error));
  }
  const call = async (method: 'POST' | 'DELETE', path: string): Promise<void> => {
    const { status, text } = await callEngine(host, { method, path });
    if (status >= 400 && status !== 404) throw new Error(`${method} ${path}: ${status} ${text}`);
  };
  return {
    engine,
    image,
    removeImage: async (reference) => await call('DELETE', `/images/${reference}?force=1`),
    close: () => engine.close(),
  };
});

/** The engine that `npm test` provides; for a mocha started by hand, DOCKER_HOST and an image that is there already. */
async function findEngine(): Promise<{ host: string | undefined; image: string }> {
  const image = process.env['BASTION_TEST_BUSYBOX'] ?? DEFAULT_IMAGE;
  if (!process.env[TEST_ENGINE_VARIABLE]) return { host: process.env['DOCKER_HOST'], image };
  const provided = await testEngine();
  return { host: provided?.host, image: provided?.images.busybox.reference ?? image };
}
