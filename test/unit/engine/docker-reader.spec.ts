import { expect } from 'chai';
import { createDockerReader } from '../../../src/engine/docker.ts';
import { type ReadRouteName, ROUTES, type RouteName } from '../../../src/engine/routes.ts';
import { Transport } from '../../../src/engine/transport.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { FaultyEngine, json } from '../../support/faulty-engine.ts';

const ID = `cafe${'0'.repeat(60)}`;

describe('DockerReader', () => {
  let faulty: FaultyEngine;
  let reader: ReturnType<typeof createDockerReader>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    reader = createDockerReader({ host: faulty.host, deadlineMilliseconds: 1000 });
  });

  afterEach(async () => {
    reader.close();
    await faulty.stop();
  });

  const writes = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].method !== 'GET');

  it('has writes to refuse', () => {
    expect(writes).to.include.members(['createContainer', 'removeVolume', 'waitContainer']);
  });

  for (const name of writes) {
    it(`cannot be made to send ${name}`, async () => {
      const transport = new Transport({ host: faulty.host, readOnly: true });
      await expectEngineError(transport.call(name, { target: 'web' }), 'ENGINE_NOT_ALLOWED');
      await expectEngineError(
        transport.stream(name, { target: 'web' }, new AbortController().signal),
        'ENGINE_NOT_ALLOWED',
      );
      transport.close();
      expect(faulty.calls).to.deep.equal([]);
    });
  }

  it('has no route for writes by type', () => {
    const read: ReadRouteName = 'listContainers';
    // @ts-expect-error a write is no reading route
    const write: ReadRouteName = 'createContainer';
    expect([read, write]).to.have.lengthOf(2);
  });

  it('has no method that its port lacks', () => {
    for (const method of ['createContainer', 'removeContainer', 'pullImage', 'startContainer']) {
      expect(reader).not.to.have.property(method);
    }
  });

  it('reads memory without the pages that the kernel may drop, of either version of cgroups', async () => {
    const memory = { usage: 500, limit: 1000 };
    for (const [id, memory_stats, expected] of [
      ['one', { ...memory, stats: { total_inactive_file: 200, inactive_file: 1 } }, { used: 300, limit: 1000 }],
      ['two', { ...memory, stats: { inactive_file: 100 } }, { used: 400, limit: 1000 }],
      ['bare', memory, { used: 500, limit: 1000 }],
      ['odd', { ...memory, stats: { inactive_file: 900 } }, { used: 0, limit: 1000 }],
      ['stopped', {}, undefined],
      ['none', null, undefined],
      ['unlimited', { usage: 5, limit: 0 }, undefined],
      ['garbage', { usage: '5', limit: 10 }, undefined],
    ] as const) {
      faulty.on(`GET /containers/${id}/stats`, json(200, { memory_stats }));
      expect(await reader.containerMemory(id), id).to.deep.equal(expected);
    }
  });

  it('finds a container by full id and by name, with or without a slash', async () => {
    for (const name of [ID, 'web']) faulty.on(`GET /containers/${name}/json`, json(200, { Id: ID, Name: '/web' }));
    for (const name of [ID, 'web', '/web']) expect((await reader.inspectContainer(name))?.Id).to.equal(ID);
  });

  it('does not find a container by the beginning of its id', async () => {
    faulty.on('GET /containers/cafe/json', json(200, { Id: ID, Name: '/web' }));
    expect(await reader.inspectContainer('cafe')).to.equal(undefined);
  });

  it('does not find an image by the beginning of its id, but by its name', async () => {
    faulty.on('GET /images/cafe/json', json(200, { Id: `sha256:${ID}`, RepoTags: ['app:1'] }));
    expect(await reader.inspectImage('cafe')).to.equal(undefined);
    faulty.on('GET /images/cafe/json', json(200, { Id: `sha256:${ID}`, RepoTags: ['cafe:latest'] }));
    expect((await reader.inspectImage('cafe'))?.Id).to.equal(`sha256:${ID}`);
    faulty.on(`GET /images/sha256%3A${ID}/json`, json(200, { Id: `sha256:${ID}`, RepoTags: null }));
    expect((await reader.inspectImage(`sha256:${ID}`))?.Id).to.equal(`sha256:${ID}`);
  });

  it('says undefined for what does not exist', async () => {
    faulty.on('GET /containers/web/json', json(404, { message: 'No such container: web' }));
    faulty.on('GET /images/app%3A1/json', json(404, { message: 'No such image: app:1' }));
    expect(await reader.inspectContainer('web')).to.equal(undefined);
    expect(await reader.inspectImage('app:1')).to.equal(undefined);
  });

  it('reads facts, and takes an engine that does not name its cgroup version for version 1', async () => {
    faulty.on('GET /version', json(200, { Version: '20.10', ApiVersion: '1.41', Os: 'linux', Arch: 'arm64' }));
    faulty.on('GET /info', json(200, { LoggingDriver: 'journald', DefaultRuntime: 'runc' }));
    expect(await reader.facts()).to.deep.equal({
      version: '20.10',
      apiVersion: '1.41',
      platform: 'linux/arm64',
      cgroupVersion: '1',
      loggingDriver: 'journald',
      defaultRuntime: 'runc',
    });
  });

  it('takes null for no volumes, as the engine writes it', async () => {
    faulty.on('GET /volumes', json(200, { Volumes: null, Warnings: null }));
    expect(await reader.listVolumes()).to.deep.equal([]);
  });
});
