import type { PullAmount } from '../model/pull-amount.ts';
import { withDeadline } from './deadline.ts';
import { EngineError, isEngineError } from './errors.ts';
import { streamBody } from './exchange.ts';
import { imageUnavailable } from './image-failure.ts';
import { splitReference } from './image-reference.ts';
import { readNdjson } from './ndjson.ts';
import { progressError, progressText } from './progress.ts';
import { PullAmounts } from './pull-amounts.ts';
import { isObject } from './shape.ts';
import type { Transport } from './transport.ts';

const CALL = 'POST /images/create';

/** An image layer's line is short; anything longer is no progress. */
const LINE_BYTES = 256 * 1024;

/**
 * Pulls an image until the engine ends the stream. That the stream ends well is no proof that the image is there, so the
 * caller must look. An error inside the stream (which began with 200), a refusal before it, and `stallMilliseconds`
 * without any progress all fail with `IMAGE_UNAVAILABLE`; a cut or unreadable stream with `ENGINE_GARBAGE`.
 */
export async function pull(
  transport: Transport,
  reference: string,
  stallMilliseconds: number,
  onProgress: (text: string, amount?: PullAmount) => void,
): Promise<void> {
  const { repository, version, registry } = splitReference(reference);
  const stalled = (): EngineError => {
    const what = `${reference}: nothing came from ${registry} for ${stallMilliseconds / 1000} s`;
    const advice = "check the internet connection of the engine's host, or bring the image by hand (docker load)";
    return new EngineError('IMAGE_UNAVAILABLE', CALL, `${what}; ${advice}`);
  };
  await withDeadline(stallMilliseconds, stalled, async (signal, deadline) => {
    const answer = await transport
      .stream('pullImage', { query: { fromImage: repository, tag: version } }, signal)
      .catch((error: unknown) => {
        throw registryRefusal(error, reference);
      });
    // Layers repeat themselves many times a second.
    let last = '';
    const amounts = new PullAmounts();
    for await (const line of readNdjson(streamBody(answer.response, CALL), CALL, LINE_BYTES)) {
      if (!isObject(line)) throw new EngineError('ENGINE_GARBAGE', CALL, 'a line of progress is no JSON object');
      const error = progressError(line);
      if (error !== undefined) throw imageUnavailable(CALL, reference, error);
      deadline.extend();
      const text = progressText(line);
      const amount = amounts.take(line);
      if (text !== undefined && text !== last) onProgress((last = text), amount);
    }
  });
}

/**
 * An engine's refusal to ask a registry, with the registry's reason; other errors stay as they are. Only an answer of
 * the engine counts: without a status the engine itself is out of reach.
 */
export function registryRefusal(error: unknown, reference: string): unknown {
  if (!isEngineError(error) || error.statusCode === undefined || error.code === 'ENGINE_BAD_REQUEST') return error;
  return imageUnavailable(error.call, reference, error.detail, { statusCode: error.statusCode, cause: error });
}
