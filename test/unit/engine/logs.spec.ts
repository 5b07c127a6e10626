import { expect } from 'chai';
import { createDockerReader } from '../../../src/engine/docker.ts';
import { FrameReader } from '../../../src/engine/frames.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { chunks, FaultyEngine, json, stalled, text, truncated } from '../../support/faulty-engine.ts';

function frame(content: string | Buffer, stream = 1): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

describe('FrameReader', () => {
  it('gives the same output wherever the bytes are cut', () => {
    const bytes = Buffer.concat([frame('one\n'), frame('', 2), frame('größe\n', 2), frame('x'.repeat(300))]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const frames = new FrameReader();
      const pieces: Buffer[] = [];
      for (let start = 0; start < bytes.length; start += size) {
        pieces.push(...frames.push(bytes.subarray(start, start + size)));
      }
      expect(Buffer.concat([...pieces, frames.end()]).toString()).to.equal(`one\ngröße\n${'x'.repeat(300)}`);
    }
  });

  it('takes a hundred thousand small frames in one chunk', () => {
    const frames = new FrameReader();
    expect(frames.push(Buffer.concat(Array<Buffer>(100_000).fill(frame('a'))))).to.have.lengthOf(100_000);
  });

  it('passes on the output of a terminal, which has no frames', () => {
    const frames = new FrameReader();
    const pieces = [...frames.push(Buffer.from('{"a":1}\n')), ...frames.push(Buffer.from([1, 0, 0, 0, 0, 0, 0, 9]))];
    expect(Buffer.concat(pieces).subarray(0, 8).toString()).to.equal('{"a":1}\n');
    expect(pieces).to.have.lengthOf(2);
  });
});

describe('logs', () => {
  let faulty: FaultyEngine;
  let reader: ReturnType<typeof createDockerReader>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    reader = createDockerReader({ host: faulty.host, deadlineMilliseconds: 80 });
  });

  afterEach(async () => {
    reader.close();
    await faulty.stop();
  });

  it('mixes both outputs and joins a character that is split between frames', async () => {
    const bytes = Buffer.from('ö');
    const pieces = [frame('out '), frame('err ', 2), frame(bytes.subarray(0, 1)), frame(bytes.subarray(1))];
    let query = '';
    faulty.on('GET /containers/web/logs', (request, response) => {
      query = request.query.toString();
      chunks(pieces, 'end')(request, response);
    });
    expect(await reader.logs('web', 20)).to.equal('out err ö');
    expect(query).to.equal('stdout=1&stderr=1&tail=20');
    await reader.logs('web', 20, 1_700_000_000_123);
    expect(query).to.equal('stdout=1&stderr=1&tail=20&since=1700000000.123');
  });

  it('keeps the end of very long output', async () => {
    const pieces = Array.from({ length: 50 }, () => frame('x'.repeat(100_000)));
    faulty.on('GET /containers/web/logs', chunks([...pieces, frame('the end')], 'end'));
    const output = await reader.logs('web', 20);
    expect(output).to.have.lengthOf(1024 * 1024);
    expect(output.endsWith('the end')).to.equal(true);
  }).timeout(2000);

  it('is empty for a container that said nothing', async () => {
    faulty.on('GET /containers/web/logs', text(200, ''));
    expect(await reader.logs('web', 20)).to.equal('');
  });

  it('fails when cut, stalled or refused', async () => {
    faulty.on('GET /containers/web/logs', truncated('\u0001\0\0\0'));
    await expectEngineError(reader.logs('web', 1), 'ENGINE_GARBAGE');
    faulty.on('GET /containers/web/logs', stalled('\u0001\0\0\0'));
    await expectEngineError(reader.logs('web', 1), 'ENGINE_DEADLINE');
    faulty.on('GET /containers/web/logs', json(404, { message: 'No such container: web' }));
    await expectEngineError(reader.logs('web', 1), 'ENGINE_NOT_FOUND');
  });
});
