import { withDeadline } from './deadline.ts';
import { EngineError, isEngineError } from './errors.ts';
import { streamBody } from './exchange.ts';
import { readNdjson } from './ndjson.ts';
import { progressError } from './progress.ts';
import { isObject } from './shape.ts';
import type { Transport } from './transport.ts';

const CALL = 'POST /build';

/** Lines of output that an error shows: what failed stands at the end. */
const SHOWN_LINES = 10;

export interface BuildOptions {
  readonly tag: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Builds an image with the classic builder, which needs no session and works offline, and resolves to its id, or to
 * undefined when the engine did not say it. A refusal, an error inside the stream and `stallMilliseconds` without a
 * line of output fail with `BUILD_FAILED`; a cut or unreadable stream with `ENGINE_GARBAGE`.
 */
export async function build(
  transport: Transport,
  context: NodeJS.ReadableStream,
  options: BuildOptions,
  stallMilliseconds: number,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const stalled = (): EngineError =>
    new EngineError('BUILD_FAILED', CALL, `${options.tag}: no output for ${stallMilliseconds / 1000} s`);
  return await withDeadline(stallMilliseconds, stalled, async (signal, deadline) => {
    const query = {
      t: options.tag,
      dockerfile: options.dockerfile,
      buildargs: options.args,
      labels: options.labels,
      rm: 1,
      forcerm: 1,
    };
    const answer = await transport.stream('buildImage', { query, file: context }, signal).catch((error: unknown) => {
      throw buildRefusal(error, options.tag);
    });
    const output: string[] = [];
    let id: string | undefined;
    for await (const line of readNdjson(streamBody(answer.response, CALL), CALL)) {
      if (!isObject(line)) throw new EngineError('ENGINE_GARBAGE', CALL, 'a line of output is no JSON object');
      const error = progressError(line);
      if (error !== undefined) throw new EngineError('BUILD_FAILED', CALL, failure(options.tag, error, output));
      deadline.extend();
      const aux = line['aux'];
      if (isObject(aux) && typeof aux['ID'] === 'string') id = aux['ID'];
      const text = line['stream'] ?? line['status'];
      if (typeof text !== 'string' || text.trim() === '') continue;
      output.push(text.trimEnd());
      if (output.length > SHOWN_LINES) output.shift();
      onProgress(text.trimEnd());
    }
    return id;
  });
}

function buildRefusal(error: unknown, tag: string): unknown {
  if (!isEngineError(error) || error.statusCode === undefined) return error;
  return new EngineError('BUILD_FAILED', CALL, `${tag}: ${error.detail}`, {
    statusCode: error.statusCode,
    cause: error,
  });
}

function failure(tag: string, error: string, output: readonly string[]): string {
  return [`${tag}: ${error}`, ...(output.length === 0 ? [] : ['last output:', ...output])].join('\n');
}
