import { findEngine } from '../../scripts/support/find-engine.ts';
import { ensureImages, type ImageAvailability } from '../images/ensure-images.ts';
import { IMAGE_NAMES, type ImageName } from '../images/recipes.ts';

/** What the test runner tells the tests about the engine it provided: JSON of a TestEngine. */
export const TEST_ENGINE_VARIABLE = 'BASTION_TEST_ENGINE';

/** The real engine that tests may use. */
export interface TestEngine {
  /** `unix:///path` or `tcp://name:port`. */
  readonly host: string;
  readonly images: Readonly<Record<ImageName, ImageAvailability>>;
}

/**
 * The engine and images that `npm test` provided; for a mocha started by hand, the engine at `DOCKER_HOST` or the default
 * socket, onto which the images are brought. Undefined when there is none: the tests that need it are then skipped.
 */
export async function testEngine(env: NodeJS.ProcessEnv = process.env): Promise<TestEngine | undefined> {
  const told = env[TEST_ENGINE_VARIABLE];
  if (told !== undefined && told !== '') return JSON.parse(told) as TestEngine;
  const host = await findEngine(env);
  return host === undefined ? undefined : { host, images: await ensureImages(host, IMAGE_NAMES) };
}
