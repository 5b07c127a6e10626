import { isEngineError } from '../../engine/errors.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';

/**
 * Pulls an image and looks whether it is for this machine: the engine pulls and even starts an image of another
 * platform without an error.
 *
 * @throws StepError PLATFORM_MISMATCH, PLATFORM_MISSING
 */
export async function pullImage(
  { reference, platforms }: StepArguments['PullImage'],
  context: StepContext,
): Promise<void> {
  const { engine } = context;
  if (platforms.length > 0) await requirePlatforms(reference, platforms, context);
  await engine.pullImage(reference, context.progress);
  const [image, facts] = await Promise.all([engine.inspectImage(reference), engine.facts()]);
  const platform = image === undefined ? 'nothing' : `${image.Os}/${image.Architecture}`;
  if (shortPlatform(facts.platform) !== platform) {
    throw new StepError(
      'PLATFORM_MISMATCH',
      `Image ${reference} came as ${platform}, this machine is ${facts.platform}: choose a tag or digest that exists for ${facts.platform}.`,
    );
  }
}

async function requirePlatforms(reference: string, platforms: readonly string[], context: StepContext): Promise<void> {
  let offered: string[];
  try {
    offered = await context.engine.platforms(reference);
  } catch (error) {
    if (!isEngineError(error)) throw error;
    context.progress(`platforms not checked, the registry gives no answer: ${error.message}`);
    return;
  }
  const offers = new Set(offered.map(shortPlatform));
  const missing = platforms.filter((platform) => !offers.has(shortPlatform(platform)));
  if (missing.length === 0) return;
  throw new StepError(
    'PLATFORM_MISSING',
    `Image ${reference} does not exist for ${missing.join(', ')}; the registry offers ${offered.join(', ') || 'nothing'}.`,
  );
}

/** Without the variant: registries and engines disagree on writing `linux/arm64` as `linux/arm64/v8`. */
function shortPlatform(platform: string): string {
  return platform.split('/').slice(0, 2).join('/');
}
