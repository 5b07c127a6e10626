import { Readable } from 'node:stream';
import { CONTEXT_LABEL } from '../../model/build-context.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';
import { packDirectory } from '../tar.ts';

/** Builds an image from its context directory and tags it with its reference. */
export async function buildImage(
  { spec }: StepArguments['BuildImage'],
  { engine, progress }: StepContext,
): Promise<void> {
  const { build, reference } = spec;
  if (build === undefined) throw new StepError('CONTEXT_UNUSABLE', `Image ${reference} has no build context.`);
  const context = Readable.from(packDirectory(build.context), { objectMode: false });
  // The engine's answer carries the failure to people; without a listener a broken context would end the process.
  let broken: Error | undefined;
  context.on('error', (error) => (broken = error));
  try {
    await engine.buildImage(
      context,
      {
        tag: reference,
        dockerfile: build.dockerfile,
        args: build.args,
        labels: { [CONTEXT_LABEL]: build.contextDigest },
      },
      progress,
    );
  } catch (error) {
    throw broken ?? error;
  } finally {
    context.destroy();
  }
}
