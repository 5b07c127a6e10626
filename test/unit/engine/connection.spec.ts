import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectionOptions } from '../../../src/engine/connection.ts';
import { isEngineError } from '../../../src/engine/errors.ts';

describe('connectionOptions', () => {
  for (const [host, environment, expected] of [
    [undefined, {}, { socketPath: '/var/run/docker.sock' }],
    [undefined, { DOCKER_HOST: '' }, { socketPath: '/var/run/docker.sock' }],
    [undefined, { DOCKER_HOST: 'unix:///run/d.sock' }, { socketPath: '/run/d.sock' }],
    ['unix:///run/e.sock', { DOCKER_HOST: 'tcp://10.0.0.1:2375' }, { socketPath: '/run/e.sock', host: undefined }],
    ['/run/e.sock', {}, { socketPath: '/run/e.sock' }],
    ['tcp://10.0.0.1:2375', {}, { host: '10.0.0.1', port: '2375', protocol: 'http', socketPath: undefined }],
    ['tcp://10.0.0.1', {}, { port: '2375', protocol: 'http' }],
    ['tcp://10.0.0.1:2376', {}, { port: '2376', protocol: 'https' }],
    ['tcp://10.0.0.1', { DOCKER_TLS_VERIFY: '1' }, { port: '2376', protocol: 'https' }],
  ] as const) {
    it(`reads ${host ?? 'nothing'} with ${JSON.stringify(environment)}`, () => {
      expect(connectionOptions(host, environment)).to.include({ version: 'v1.41', ...expected });
    });
  }

  for (const [host, hint] of [
    ['ssh://me@bastion', 'ssh is not supported'],
    ['npipe:////./pipe/docker_engine', 'not supported'],
    ['tcp://:x:y', 'no address'],
  ] as const) {
    it(`says what to use instead of ${host}`, () => {
      expect(() => connectionOptions(host, {}))
        .to.throw(hint)
        .that.satisfies((error: unknown) => isEngineError(error, 'ENGINE_UNREACHABLE'));
    });
  }

  it('reads the certificates, and says which one it cannot read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'certificates-'));
    try {
      for (const name of ['ca', 'cert', 'key']) await writeFile(join(directory, `${name}.pem`), name);
      const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory };
      expect(connectionOptions('tcp://10.0.0.1', environment).key).to.deep.equal(Buffer.from('key'));
      await rm(join(directory, 'key.pem'));
      expect(() => connectionOptions('tcp://10.0.0.1', environment)).to.throw(join(directory, 'key.pem'));
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
