import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { createDockerReader } from '../../../src/engine/docker.ts';
import type { EngineEvent } from '../../../src/engine/wire.ts';
import { eventually } from '../../support/eventually.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { chunks, dropped, FaultyEngine, json, silent, type FaultyRequest } from '../../support/faulty-engine.ts';

const line = (Type: string, Action: string, ID = 'x'): string =>
  `${JSON.stringify({ Type, Action, Actor: { ID, Attributes: { name: 'größe' } }, timeNano: 1 })}\n`;

describe('events', () => {
  let faulty: FaultyEngine;
  let reader: ReturnType<typeof createDockerReader>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    reader = createDockerReader({ host: faulty.host, deadlineMilliseconds: 60 });
  });

  afterEach(async () => {
    reader.close();
    await faulty.stop();
  });

  const collect = async (
    signal: AbortSignal,
    into: EngineEvent[] = [],
    connected = (): void => {},
  ): Promise<string[]> => {
    for await (const event of reader.events(signal, connected)) into.push(event);
    return into.map(({ Type, Action }) => `${Type}:${Action}`);
  };

  it('gives the events in their order and ends when the engine ends the stream', async () => {
    faulty.on('GET /events', chunks([line('container', 'die') + line('volume', 'destroy', 'data')], 'end'));
    const events: EngineEvent[] = [];
    expect(await collect(new AbortController().signal, events)).to.deep.equal(['container:die', 'volume:destroy']);
    expect(events[1]?.Actor).to.deep.equal({ ID: 'data', Attributes: { name: 'größe' } });
  });

  it('joins an event that is split over chunks, inside a character too', async () => {
    const bytes = Buffer.from(line('container', 'die'));
    const middle = bytes.indexOf(0xb6);
    faulty.on('GET /events', chunks([bytes.subarray(0, 9), bytes.subarray(9, middle), bytes.subarray(middle)], 'end'));
    const events: EngineEvent[] = [];
    await collect(new AbortController().signal, events);
    expect(events[0]?.Actor.Attributes['name']).to.equal('größe');
  });

  it('leaves out what health probes make, and types that nobody looks at', async () => {
    const lines = [line('container', 'exec_create: true'), line('daemon', 'reload'), line('network', 'connect')];
    faulty.on('GET /events', chunks(lines, 'end'));
    expect(await collect(new AbortController().signal)).to.deep.equal(['network:connect']);
  });

  it('asks for all four types and for health, and for no label, which would hide networks and volumes', async () => {
    let request: FaultyRequest | undefined;
    faulty.on('GET /events', (received, response) => {
      request = received;
      response.writeHead(200).end();
    });
    await collect(new AbortController().signal);
    const filters = JSON.parse(request?.query.get('filters') ?? '') as Record<string, string[]>;
    expect(filters['type']).to.deep.equal(['container', 'network', 'volume', 'image']);
    expect(filters['event']).to.include.members(['die', 'health_status', 'destroy', 'disconnect', 'untag']);
    expect(Object.keys(filters)).to.have.members(['type', 'event']);
    expect(filters['event']?.some((action) => 'exec_create'.startsWith(action))).to.equal(false);
  });

  it('says that it is connected before the first event, and stays beyond the deadline of calls', async () => {
    const abort = new AbortController();
    const events: EngineEvent[] = [];
    let connected = false;
    faulty.on('GET /events', (_request, response) => {
      response.flushHeaders();
      // Longer than the reader's deadline for calls: an idle stream is a healthy one.
      setTimeout(() => response.write(line('container', 'start')), 150);
    });
    const collecting = collect(abort.signal, events, () => (connected = true));
    await eventually(() => expect(connected).to.equal(true));
    expect(events).to.deep.equal([]);
    await eventually(() => expect(events).to.have.lengthOf(1));
    abort.abort();
    await collecting;
  });

  it('ends quietly on abort, and leaves neither a listener nor a connection', async () => {
    const abort = new AbortController();
    faulty.on('GET /events', chunks([line('container', 'die')], 'stay'));
    for (let round = 0; round < 5; round += 1) {
      const leave = new AbortController();
      const events: EngineEvent[] = [];
      const collecting = collect(AbortSignal.any([leave.signal, abort.signal]), events);
      await eventually(() => expect(events).to.have.lengthOf(1));
      leave.abort();
      await collecting;
    }
    const iterator = reader.events(abort.signal, () => {})[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    await eventually(() => expect(faulty.sockets.size).to.equal(0));
    expect(getEventListeners(abort.signal, 'abort')).to.deep.equal([]);
  });

  it('ends quietly when aborted before it begins, and while it connects', async () => {
    faulty.on('GET /events', silent());
    expect(await collect(AbortSignal.abort())).to.deep.equal([]);
    expect(faulty.calls).to.deep.equal([]);
    const abort = new AbortController();
    const collecting = collect(abort.signal);
    await eventually(() => expect(faulty.calls).to.have.lengthOf(1));
    abort.abort();
    expect(await collecting).to.deep.equal([]);
  });

  it('fails when the engine does not begin the stream in time', async () => {
    faulty.on('GET /events', silent());
    await expectEngineError(collect(new AbortController().signal), 'ENGINE_DEADLINE');
    await eventually(() => expect(faulty.sockets.size).to.equal(0));
  });

  for (const [what, script, code] of [
    ['a cut stream', chunks([line('container', 'die'), '{"Type"'], 'drop'), 'ENGINE_GARBAGE'],
    ['a line that is no JSON', chunks(['oops\n'], 'stay'), 'ENGINE_GARBAGE'],
    ['a line that is no event', chunks(['{"status":"die"}\n'], 'stay'), 'ENGINE_GARBAGE'],
    ['an event of nothing', chunks(['{"Type":"container","Action":"die"}\n'], 'stay'), 'ENGINE_GARBAGE'],
    ['a line without end', chunks(Array<string>(80).fill('x'.repeat(16_384)), 'stay'), 'ENGINE_GARBAGE'],
    ['a closed connection', dropped(), 'ENGINE_UNREACHABLE'],
    ['a refusal', json(500, { message: 'no' }), 'ENGINE_FAULT'],
  ] as const) {
    it(`fails on ${what}, and leaves no connection`, async () => {
      faulty.on('GET /events', script);
      await expectEngineError(collect(new AbortController().signal), code);
      await eventually(() => expect(faulty.sockets.size).to.equal(0));
    });
  }
});
