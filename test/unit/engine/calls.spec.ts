import { expect } from 'chai';
import { createDockerEngine, createDockerReader } from '../../../src/engine/docker.ts';
import { connectionError } from '../../../src/engine/failure.ts';
import { eventually } from '../../support/eventually.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { dropped, empty, FaultyEngine, json, silent, stalled, text, truncated } from '../../support/faulty-engine.ts';

const CONTAINER = { Id: 'a'.repeat(64), Name: '/web' };

describe('a call to a faulty engine', () => {
  let faulty: FaultyEngine;
  let reader: ReturnType<typeof createDockerReader>;
  let engine: ReturnType<typeof createDockerEngine>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    reader = createDockerReader({ host: faulty.host, deadlineMilliseconds: 1000 });
    engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 1000 });
  });

  afterEach(async () => {
    reader.close();
    engine.close();
    await faulty.stop();
  });

  const hasty = async (use: (hastyReader: typeof reader) => Promise<void>): Promise<void> => {
    const client = createDockerReader({ host: faulty.host, deadlineMilliseconds: 50 });
    try {
      await use(client);
    } finally {
      client.close();
    }
  };

  it('notices a body that is cut off at once, not at the deadline', async () => {
    const patient = createDockerReader({ host: faulty.host, deadlineMilliseconds: 60_000 });
    faulty.on('GET /containers/web/json', truncated('{"Id":"a'));
    await expectEngineError(patient.inspectContainer('web'), 'ENGINE_GARBAGE');
    patient.close();
  });

  it('notices a chunked body that is cut off', async () => {
    faulty.on('GET /containers/json', (_request, response) => {
      response.write('[', () => response.socket?.destroy());
    });
    await expectEngineError(reader.listContainers(), 'ENGINE_GARBAGE');
  });

  it('gives up on a body that stalls', async () => {
    faulty.on('GET /containers/web/json', stalled('{"Id":'));
    await hasty(async (client) => {
      const error = await expectEngineError(client.inspectContainer('web'), 'ENGINE_DEADLINE');
      expect(error.message).to.include('GET /containers/web/json').and.to.include('0.05 s');
    });
  });

  it('gives up on an engine that never answers, and drops the connection', async () => {
    faulty.on('GET /containers/json', silent());
    await hasty(async (client) => {
      await expectEngineError(client.listContainers(), 'ENGINE_DEADLINE');
      await eventually(() => expect(faulty.sockets.size).to.equal(0));
    });
  });

  it('does not take HTML for an answer', async () => {
    faulty.on('GET /containers/web/json', text(200, '<html>hello</html>'));
    const error = await expectEngineError(reader.inspectContainer('web'), 'ENGINE_GARBAGE');
    expect(error.message).to.include('<html>');
  });

  for (const body of ['{"Id":', 'null', '[]', '42', '{}', '{"Id":7}', '']) {
    it(`does not take ${JSON.stringify(body)} for a container`, async () => {
      faulty.on('GET /containers/web/json', text(200, body));
      await expectEngineError(reader.inspectContainer('web'), 'ENGINE_GARBAGE');
    });
  }

  for (const body of ['null', '{}', '[null]', '[{"Id":1}]']) {
    it(`does not take ${body} for a list of containers, which would read as "all are gone"`, async () => {
      faulty.on('GET /containers/json', text(200, body));
      await expectEngineError(reader.listContainers(), 'ENGINE_GARBAGE');
    });
  }

  it('does not take the 404 of some other server for "does not exist"', async () => {
    faulty.on('GET /containers/web/json', text(404, '404 page not found'));
    await expectEngineError(reader.inspectContainer('web'), 'ENGINE_GARBAGE');
  });

  it('survives a redirect to nonsense', async () => {
    faulty.on(
      'GET /containers/json',
      (_request, response) => void response.writeHead(301, { location: 'x://[' }).end(),
    );
    await expectEngineError(reader.listContainers(), 'ENGINE_GARBAGE');
  });

  it('survives an answer that is no HTTP', async () => {
    faulty.on('GET /containers/json', (_request, response) => void response.socket?.end('SSH-2.0-OpenSSH_9\r\n\r\n'));
    await expectEngineError(reader.listContainers(), 'ENGINE_GARBAGE');
  });

  for (const [status, message, code] of [
    [400, 'invalid', 'ENGINE_BAD_REQUEST'],
    [403, 'Address already in use', 'ENGINE_CONFLICT'],
    [404, 'no such image', 'ENGINE_NOT_FOUND'],
    [409, 'name in use', 'ENGINE_CONFLICT'],
    [500, 'Bind for 0.0.0.0:80 failed: port is already allocated', 'ENGINE_CONFLICT'],
    [500, 'json: cannot unmarshal number into Go value', 'ENGINE_BAD_REQUEST'],
    [500, 'disk on fire', 'ENGINE_FAULT'],
    [503, 'starting', 'ENGINE_FAULT'],
  ] as const) {
    it(`says ${code} for ${status} "${message}" and passes the engine's words on`, async () => {
      faulty.on('POST /containers/web/start', json(status, { message }));
      const error = await expectEngineError(engine.startContainer('web'), code);
      expect(error.message).to.include(message);
      expect(error.statusCode).to.equal(status);
    });
  }

  it('shows the text of a proxy that forbids a call, without its markup', async () => {
    faulty.on('POST /containers/web/start', text(403, '<html><b>Forbidden</b></html>'));
    const error = await expectEngineError(engine.startContainer('web'), 'ENGINE_BAD_REQUEST');
    expect(error.message).to.include('Forbidden').and.to.include('proxy').and.not.to.include('<b>');
  });

  it('says what to do when there is no socket', async () => {
    const nowhere = createDockerReader({ host: 'unix:///nonexistent/docker.sock' });
    const error = await expectEngineError(nowhere.listContainers(), 'ENGINE_UNREACHABLE');
    expect(error.message).to.include('/nonexistent/docker.sock').and.to.include('DOCKER_HOST');
    nowhere.close();
  });

  it('says what to do when nothing listens', async () => {
    const nobody = createDockerReader({ host: 'tcp://127.0.0.1:1' });
    const error = await expectEngineError(nobody.listContainers(), 'ENGINE_UNREACHABLE');
    expect(error.message).to.include('127.0.0.1:1').and.to.include('start Docker');
    nobody.close();
  });

  it('says what to do without permission for the socket', () => {
    // Not tried on a socket: root, who runs these tests in a container, may open every one.
    const refused = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
    const error = connectionError('GET /containers/json', '/run/docker.sock', refused);
    expect(error.code).to.equal('ENGINE_UNREACHABLE');
    expect(error.message).to.include('no permission').and.to.include('group').and.to.include('/run/docker.sock');
  });

  it('tries a read again when the engine has closed a kept connection', async () => {
    faulty.on('GET /containers/json', (request, response) => {
      if (request.onConnection === 1) json(200, [])(request, response);
      else response.socket?.destroy();
    });
    await reader.listContainers();
    await reader.listContainers();
    expect(faulty.calls).to.deep.equal(['GET /containers/json', 'GET /containers/json', 'GET /containers/json']);
  });

  it('tries a read only once on a new connection', async () => {
    faulty.on('GET /containers/json', dropped());
    await expectEngineError(reader.listContainers(), 'ENGINE_UNREACHABLE');
    expect(faulty.calls).to.have.lengthOf(1);
  });

  it('never repeats a write, and says that its outcome is unknown', async () => {
    faulty.on('POST /containers/create', dropped());
    await expectEngineError(engine.createContainer('web', { HostConfig: {} }), 'ENGINE_GARBAGE');
    expect(faulty.calls).to.have.lengthOf(1);
  });

  it('sends every write on a connection of its own', async () => {
    const seen: number[] = [];
    faulty.on('GET /containers/json', json(200, []));
    faulty.on('POST /containers/web/start', (request, response) => {
      seen.push(request.onConnection);
      empty(204)(request, response);
    });
    await engine.listContainers();
    await engine.startContainer('web');
    await engine.startContainer('web');
    expect(seen).to.deep.equal([1, 1]);
  });

  it('keeps connections for reads', async () => {
    faulty.on('GET /containers/web/json', json(200, CONTAINER));
    for (let call = 0; call < 20; call += 1) await reader.inspectContainer('web');
    expect(faulty.sockets.size).to.equal(1);
  });

  it('refuses names that would make another route', async () => {
    for (const name of ['', '..', 'a//b', './x']) {
      await expectEngineError(reader.inspectImage(name), 'ENGINE_BAD_REQUEST');
    }
    expect(faulty.calls).to.deep.equal([]);
  });

  it('encodes what a reference has of its own, and refuses what none has', async () => {
    faulty.on('GET /images/registry.example%3A5000/b/c%3A1%40sha256%3A0/json', json(404, { message: 'no such image' }));
    expect(await reader.inspectImage('registry.example:5000/b/c:1@sha256:0')).to.equal(undefined);
    faulty.calls.length = 0;
    await expectEngineError(reader.inspectImage('a?b/c'), 'ENGINE_NOT_ALLOWED');
    expect(faulty.calls).to.deep.equal([]);
  });

  it('rejects what is under way when it is closed, and every later call', async () => {
    faulty.on('GET /containers/json', silent());
    const call = expectEngineError(reader.listContainers(), 'ENGINE_UNREACHABLE');
    await eventually(() => expect(faulty.calls).to.have.lengthOf(1));
    reader.close();
    await call;
    await expectEngineError(reader.listContainers(), 'ENGINE_UNREACHABLE');
    await eventually(() => expect(faulty.sockets.size).to.equal(0));
  });
});
