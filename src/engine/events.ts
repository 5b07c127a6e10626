import { EngineError } from './errors.ts';
import { streamBody } from './exchange.ts';
import { startDeadline } from './deadline.ts';
import { readNdjson } from './ndjson.ts';
import { isObject } from './shape.ts';
import type { ReadTransport, StreamAnswer } from './transport.ts';
import type { EngineEvent } from './wire.ts';

const TYPES: readonly unknown[] = ['container', 'network', 'volume', 'image'];

/**
 * What the engine is asked to send: everything it documents except what running a command in a container makes (three
 * `exec_*` events a health probe), and copying and attaching, which change no state of ours. The engine compares by
 * beginning here, because `health_status` is in the list. Its label filter is of no use: it would hide every event of
 * networks and volumes.
 */
const ACTIONS = [
  ...['create', 'start', 'restart', 'stop', 'kill', 'die', 'oom', 'pause', 'unpause', 'rename', 'update', 'destroy'],
  ...['health_status', 'connect', 'disconnect', 'remove', 'mount', 'unmount', 'prune'],
  ...['delete', 'import', 'load', 'pull', 'tag', 'untag'],
];

const CALL = 'GET /events';

/**
 * See `EngineReader.events`. The stream may be silent for ever, so only its beginning has a deadline. An end that the
 * engine announces ends the iteration; a cut, a line that is no JSON or no event fails with `ENGINE_GARBAGE`.
 */
export async function* readEvents(
  transport: ReadTransport,
  signal: AbortSignal,
  connected: () => void,
): AsyncGenerator<EngineEvent, void, undefined> {
  if (signal.aborted) return;
  // One controller a stream: nothing stays on the caller's signal, which may live as long as the process.
  const controller = new AbortController();
  const abort = (): void => controller.abort(new EngineError('ENGINE_UNREACHABLE', CALL, 'the caller has left'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const answer = await open(transport, controller);
    connected();
    for await (const value of readNdjson(streamBody(answer.response, CALL), CALL)) {
      // Events that were on their way when the caller left are of no use to it.
      if (signal.aborted) return;
      const event = toEvent(value);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    controller.abort(new EngineError('ENGINE_UNREACHABLE', CALL, 'the caller has left'));
  }
}

async function open(transport: ReadTransport, controller: AbortController): Promise<StreamAnswer> {
  const milliseconds = transport.defaultDeadline;
  const deadline = startDeadline(milliseconds, () => {
    controller.abort(new EngineError('ENGINE_DEADLINE', CALL, `no answer within ${milliseconds / 1000} s`));
  });
  try {
    return await transport.stream('events', { query: { filters: { type: TYPES, event: ACTIONS } } }, controller.signal);
  } finally {
    deadline.cancel();
  }
}

/** One line to an event; undefined for one that nobody here looks at. */
function toEvent(value: unknown): EngineEvent | undefined {
  if (!isObject(value) || typeof value['Type'] !== 'string' || typeof value['Action'] !== 'string')
    throw notAnEvent(value);
  if (!TYPES.includes(value['Type']) || value['Action'].startsWith('exec_')) return undefined;
  const actor = value['Actor'];
  if (!isObject(actor) || typeof actor['ID'] !== 'string') throw notAnEvent(value);
  const attributes = isObject(actor['Attributes']) ? (actor['Attributes'] as Record<string, string>) : {};
  return {
    Type: value['Type'] as EngineEvent['Type'],
    Action: value['Action'],
    Actor: { ID: actor['ID'], Attributes: attributes },
  };
}

function notAnEvent(value: unknown): EngineError {
  return new EngineError('ENGINE_GARBAGE', CALL, `no event: ${JSON.stringify(value)?.slice(0, 120)}`);
}
