import { expect } from 'chai';
import { createDockerEngine } from '../../../src/engine/docker.ts';
import { imageUnavailable } from '../../../src/engine/image-failure.ts';
import { splitReference } from '../../../src/engine/image-reference.ts';
import { eventually } from '../../support/eventually.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { chunks, dropped, FaultyEngine, json, silent } from '../../support/faulty-engine.ts';

const REFERENCE = 'registry.lan:5000/team/app:1.2';
const IMAGE = 'GET /images/registry.lan%3A5000/team/app%3A1.2/json';

describe('pullImage', () => {
  let faulty: FaultyEngine;
  let engine: ReturnType<typeof createDockerEngine>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 1000, stallMilliseconds: 80 });
    faulty.on(IMAGE, json(200, { Id: 'sha256:1' }));
  });

  afterEach(async () => {
    engine.close();
    await faulty.stop();
  });

  const pullAnswers = (pieces: readonly string[], then: 'end' | 'drop' | 'stay'): void =>
    faulty.on('POST /images/create', chunks(pieces, then));

  it('asks for one tag of the repository and tells the progress, each line once', async () => {
    let asked: string | undefined;
    faulty.on('POST /images/create', (request, response) => {
      asked = request.query.toString();
      const lines = [
        { status: 'Pulling from team/app' },
        { id: '4f4f', status: 'Downloading', progressDetail: { current: 35, total: 100 } },
        { id: '4f4f', status: 'Downloading', progressDetail: { current: 35, total: 100 } },
        { id: '4f4f', status: 'Pull complete', progressDetail: {} },
        { aux: { ID: 'x' } },
      ];
      chunks([lines.map((line) => JSON.stringify(line)).join('\r\n')], 'end')(request, response);
    });
    const progress: string[] = [];
    const amounts: unknown[] = [];
    await engine.pullImage(REFERENCE, (line, amount) => {
      progress.push(line);
      amounts.push(amount);
    });
    expect(amounts).to.deep.equal([
      undefined,
      { layers: 1, layersDone: 0, bytes: 35, totalBytes: 100 },
      { layers: 1, layersDone: 1, bytes: 100, totalBytes: 100 },
    ]);
    expect(asked).to.equal('fromImage=registry.lan%3A5000%2Fteam%2Fapp&tag=1.2');
    expect(progress).to.deep.equal(['Pulling from team/app', '4f4f: Downloading 35%', '4f4f: Pull complete']);
  });

  it('fails on an error inside a stream that began with 200', async () => {
    pullAnswers(['{"status":"Pulling"}\n{"errorDetail":{"message":"blob corrupt"},"error":"blob corrupt"}\n'], 'end');
    const error = await expectEngineError(engine.pullImage(REFERENCE), 'IMAGE_UNAVAILABLE');
    expect(error.message).to.include('blob corrupt').and.to.include(REFERENCE);
  });

  it('fails when the stream is cut mid-way', async () => {
    pullAnswers(['{"status":"Pulling"}\n', '{"status":'], 'drop');
    await expectEngineError(engine.pullImage(REFERENCE), 'ENGINE_GARBAGE');
  });

  it('fails on a line that is no JSON instead of ending the process', async () => {
    pullAnswers(['{"status":"Pulling"}\nproxy error\n'], 'end');
    await expectEngineError(engine.pullImage(REFERENCE), 'ENGINE_GARBAGE');
  });

  it('fails on a line without end', async () => {
    pullAnswers(Array<string>(40).fill('x'.repeat(16_384)), 'stay');
    await expectEngineError(engine.pullImage(REFERENCE), 'ENGINE_GARBAGE');
  });

  it('fails when nothing comes any more, and drops the connection', async () => {
    pullAnswers(['{"status":"Pulling"}\n'], 'stay');
    const error = await expectEngineError(engine.pullImage(REFERENCE), 'IMAGE_UNAVAILABLE');
    expect(error.message).to.include('registry.lan:5000').and.to.include('0.08 s');
    await eventually(() => expect(faulty.sockets.size).to.equal(0));
  });

  it('fails when the engine waits for the registry for ever', async () => {
    faulty.on('POST /images/create', silent());
    await expectEngineError(engine.pullImage(REFERENCE), 'IMAGE_UNAVAILABLE');
  });

  it('goes on as long as something moves, however long it takes in all', async () => {
    faulty.on('POST /images/create', (_request, response) => {
      let lines = 0;
      const timer = setInterval(() => {
        response.write(`{"status":"layer ${lines}"}\n`);
        if ((lines += 1) < 8) return;
        clearInterval(timer);
        response.end();
      }, 50);
    });
    const patient = createDockerEngine({ host: faulty.host, stallMilliseconds: 300 });
    await patient.pullImage(REFERENCE);
    patient.close();
  });

  it('fails when the stream ended well but the image is not there', async () => {
    pullAnswers(['{"status":"Pull complete"}\n'], 'end');
    faulty.on(IMAGE, json(404, { message: 'no such image' }));
    await expectEngineError(engine.pullImage(REFERENCE), 'IMAGE_UNAVAILABLE');
  });

  it('does not blame the registry when the engine is gone', async () => {
    faulty.on('POST /images/create', dropped());
    await expectEngineError(engine.pullImage(REFERENCE), 'ENGINE_GARBAGE');
  });

  it('explains a refusal that comes before the stream', async () => {
    faulty.on('POST /images/create', json(500, { message: 'Get "https://x/v2/": dial tcp: lookup x: no such host' }));
    const error = await expectEngineError(engine.pullImage(REFERENCE), 'IMAGE_UNAVAILABLE');
    expect(error.message).to.include('cannot be resolved').and.to.include('no such host');
    expect(error.statusCode).to.equal(500);
  });

  it('explains a registry that cannot be asked for platforms', async () => {
    faulty.on('GET /distribution/registry.lan%3A5000/team/app%3A1.2/json', json(404, { message: 'manifest unknown' }));
    const error = await expectEngineError(engine.platforms(REFERENCE), 'IMAGE_UNAVAILABLE');
    expect(error.message).to.include('has no 1.2 of registry.lan:5000/team/app');
  });

  it('names the platforms of a manifest list', async () => {
    const Platforms = [
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm', os: 'linux', variant: 'v7' },
    ];
    faulty.on('GET /distribution/registry.lan%3A5000/team/app%3A1.2/json', json(200, { Platforms }));
    expect(await engine.platforms(REFERENCE)).to.deep.equal(['linux/amd64', 'linux/arm/v7']);
  });
});

describe('imageUnavailable', () => {
  for (const [said, meant] of [
    ['dial tcp: lookup r.lan on 10.0.0.1:53: no such host', 'cannot be resolved'],
    ['dial tcp 10.0.0.5:443: connect: connection refused', 'refused the connection'],
    ['dial tcp 10.0.0.5:443: i/o timeout', 'did not answer in time'],
    ['net/http: request canceled while waiting for connection (Client.Timeout exceeded)', 'did not answer in time'],
    ['dial tcp 10.0.0.5:443: connect: network is unreachable', 'no route'],
    ['x509: certificate signed by unknown authority', 'certificate'],
    ['http: server gave HTTP response to HTTPS client', 'does not speak TLS'],
    ['manifest for app:9 not found: manifest unknown', 'check name and tag'],
    ['pull access denied for app, repository does not exist or may require docker login', 'needs a login'],
    ['unauthorized: authentication required', 'needs a login'],
    ['toomanyrequests: You have reached your pull rate limit', 'rate limit'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', "this host's platform"],
    ['write /var/lib/docker/tmp/x: no space left on device', 'disk'],
    ['something new', 'something new'],
  ] as const) {
    it(`makes a sentence of "${said}"`, () => {
      const { message } = imageUnavailable('POST /images/create', 'r.lan/app:9', said);
      expect(message).to.include(meant).and.to.include('r.lan/app:9').and.to.include(said);
    });
  }
});

describe('splitReference', () => {
  for (const [reference, repository, version, registry] of [
    ['busybox', 'busybox', 'latest', 'Docker Hub'],
    ['busybox:1.36', 'busybox', '1.36', 'Docker Hub'],
    ['prom/prometheus:v3', 'prom/prometheus', 'v3', 'Docker Hub'],
    ['r.lan:5000/app', 'r.lan:5000/app', 'latest', 'r.lan:5000'],
    ['localhost/app:1', 'localhost/app', '1', 'localhost'],
    ['app:1@sha256:abc', 'app', 'sha256:abc', 'Docker Hub'],
    ['r.lan/app@sha256:abc', 'r.lan/app', 'sha256:abc', 'r.lan'],
  ] as const) {
    it(`splits ${reference}`, () => {
      expect(splitReference(reference)).to.deep.equal({ repository, version, registry });
    });
  }
});
