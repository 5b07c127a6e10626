import { Readable } from 'node:stream';
import { expect } from 'chai';
import { createDockerEngine } from '../../../src/engine/docker.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { chunks, FaultyEngine, json, silent } from '../../support/faulty-engine.ts';

const OPTIONS = { tag: 'local/app:1', dockerfile: 'Dockerfile', args: { A: 'ä b' }, labels: { owner: 'me' } };
const ID = `sha256:${'b'.repeat(64)}`;

describe('buildImage', () => {
  let faulty: FaultyEngine;
  let engine: ReturnType<typeof createDockerEngine>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 1000, buildStallMilliseconds: 80 });
    faulty.on(`GET /images/${encodeURIComponent(ID)}/json`, json(200, { Id: ID }));
  });

  afterEach(async () => {
    engine.close();
    await faulty.stop();
  });

  const build = (onProgress?: (line: string) => void): Promise<string> =>
    engine.buildImage(Readable.from(['tar ', 'bytes']), OPTIONS, onProgress);

  it('sends context and options, tells the output, and resolves to the id', async () => {
    let sent: unknown;
    faulty.on('POST /build', (request, response) => {
      const { query, body } = request;
      sent = { body, tag: query.get('t'), args: query.get('buildargs'), labels: query.get('labels') };
      chunks(['{"stream":"Step 1/1 : FROM x\\n"}\n{"stream":"\\n"}\n', `{"aux":{"ID":"${ID}"}}\n`], 'end')(
        request,
        response,
      );
    });
    const output: string[] = [];
    expect(await build((line) => output.push(line))).to.equal(ID);
    expect(output).to.deep.equal(['Step 1/1 : FROM x']);
    expect(sent).to.deep.equal({
      body: 'tar bytes',
      tag: 'local/app:1',
      args: '{"A":"ä b"}',
      labels: '{"owner":"me"}',
    });
  });

  it('fails on an error inside the stream and shows the last output', async () => {
    const lines = ['{"stream":"Step 2/2 : RUN make\\n"}', '{"stream":"cc: not found\\n"}', '{"error":"returned 127"}'];
    faulty.on('POST /build', chunks([lines.join('\n')], 'end'));
    const error = await expectEngineError(build(), 'BUILD_FAILED');
    expect(error.message).to.include('returned 127').and.to.include('cc: not found');
  });

  it('fails on a refused Dockerfile', async () => {
    faulty.on('POST /build', json(400, { message: 'dockerfile parse error' }));
    const error = await expectEngineError(build(), 'BUILD_FAILED');
    expect(error.message).to.include('dockerfile parse error');
  });

  it('fails when the output is cut', async () => {
    faulty.on('POST /build', chunks(['{"stream":"Step 1/2"}\n'], 'drop'));
    await expectEngineError(build(), 'ENGINE_GARBAGE');
  });

  it('fails when there is no output any more', async () => {
    faulty.on('POST /build', silent());
    await expectEngineError(build(), 'BUILD_FAILED');
  });

  it('fails when the output ended well but there is no image', async () => {
    faulty.on('POST /build', chunks(['{"stream":"done"}\n'], 'end'));
    faulty.on('GET /images/local/app%3A1/json', json(404, { message: 'no such image' }));
    await expectEngineError(build(), 'BUILD_FAILED');
  });

  it('fails when the context cannot be read', async () => {
    faulty.on('POST /build', silent());
    const broken = new Readable({
      read() {
        this.destroy(new Error('no such directory'));
      },
    });
    const error = await expectEngineError(engine.buildImage(broken, OPTIONS), 'BUILD_FAILED');
    expect(error.message).to.include('no such directory');
  });
});
