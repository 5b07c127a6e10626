import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage } from '../../../src/apply/steps/build-image.ts';
import { createContainer } from '../../../src/apply/steps/create-container.ts';
import { createNetwork } from '../../../src/apply/steps/create-network.ts';
import { createVolume } from '../../../src/apply/steps/create-volume.ts';
import { pullImage } from '../../../src/apply/steps/pull-image.ts';
import { removeNetwork } from '../../../src/apply/steps/remove.ts';
import { restartContainer, stopContainer } from '../../../src/apply/steps/stop-container.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { ContainerCreateBody, NetworkCreateBody } from '../../../src/engine/wire.ts';
import type { EngineFacts } from '../../../src/model/observed.ts';
import { LABEL, ownLabels, type Ownership } from '../../../src/model/labels.ts';
import type { ContainerSpec, NetworkSpec, VolumeSpec } from '../../../src/model/specs.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { containerInspect, imageInspect, networkInspect } from '../observe/sample-host.ts';
import { expectStepError, stepContext } from './step-context.ts';

const conflict = () => Promise.reject(new EngineError('ENGINE_CONFLICT', 'POST /x', 'the name is in use'));
const owner: Ownership = { instance: 'home', key: 'Container/web', specHash: 'v1:aa' };

describe('CreateContainer', () => {
  const spec: ContainerSpec = { image: 'busybox:1', adopt: false, healthyWithin: 1000, runPolicy: 'always' };
  const args = { name: 'web', spec, network: undefined, owner, inherit: {} };
  const create = (existing: Ownership | undefined) => {
    const labels = existing === undefined ? {} : ownLabels(existing);
    const inspectContainer = () => Promise.resolve(containerInspect('a'.repeat(64), 'web', labels));
    const inspectImage = () => Promise.resolve(imageInspect('sha256:1'));
    return createContainer(args, stepContext({ createContainer: conflict, inspectContainer, inspectImage }));
  };

  const stopSignalSent = async (image: string | undefined, own?: string): Promise<string | undefined> => {
    let sent: ContainerCreateBody | undefined;
    const plain = imageInspect('sha256:1');
    const engine = {
      createContainer: (_: string, body: ContainerCreateBody) => ((sent = body), Promise.resolve('id')),
      inspectImage: () =>
        Promise.resolve({ ...plain, Config: { ...plain.Config, ...(image ? { StopSignal: image } : {}) } }),
    };
    await createContainer({ ...args, spec: { ...spec, ...(own ? { stop_signal: own } : {}) } }, stepContext(engine));
    return sent?.StopSignal;
  };

  it('always configures a stop signal, because without one a reload by signal switches the restart policy off', async () => {
    expect(await stopSignalSent(undefined)).to.equal('SIGTERM');
    expect(await stopSignalSent('SIGQUIT'), "the image's own stays").to.equal(undefined);
    expect(await stopSignalSent('SIGQUIT', 'SIGINT')).to.equal('SIGINT');
  });

  it('counts what an interrupted try made as done', async () => {
    await create(owner);
  });

  it('does not take anything else for its own', async () => {
    await expectEngineError(create(undefined), 'ENGINE_CONFLICT');
    for (const other of [
      { specHash: 'v1:bb' },
      { instance: 'x' },
      { key: 'Container/db' as const },
      { replaces: 'c' },
    ]) {
      await expectEngineError(create({ ...owner, ...other }), 'ENGINE_CONFLICT');
    }
  });
});

describe('CreateNetwork', () => {
  const spec: NetworkSpec = {
    driver: 'bridge',
    internal: true,
    attachable: false,
    enable_ipv6: false,
    ipam: { config: [{ subnet: '10.1.0.0/24', ip_range: '10.1.0.128/25', aux_addresses: { nas: '10.1.0.7' } }] },
    driver_opts: { mtu: '1400' },
    labels: { team: 'a' },
    external: false,
    adopt: false,
  };

  it('asks for all that the spec says, with own labels', async () => {
    let body: NetworkCreateBody | undefined;
    const engine: Partial<Engine> = {
      createNetwork: (_name, asked) => {
        body = asked;
        return Promise.resolve('n1');
      },
    };
    await createNetwork({ name: 'front', spec, owner }, stepContext(engine));
    expect(body).to.deep.include({
      Internal: true,
      Options: { mtu: '1400' },
      IPAM: {
        Driver: 'default',
        Options: {},
        Config: [{ Subnet: '10.1.0.0/24', IPRange: '10.1.0.128/25', AuxiliaryAddresses: { nas: '10.1.0.7' } }],
      },
    });
    expect(body?.Labels).to.include({ team: 'a', [LABEL.key]: owner.key });
  });

  it('counts its own network of this spec as done, and no other', async () => {
    const create = (labels: Record<string, string>) =>
      createNetwork(
        { name: 'front', spec, owner },
        stepContext({
          createNetwork: conflict,
          listNetworks: () => Promise.resolve([networkInspect('n1', 'front', { Labels: labels })]),
        }),
      );
    await create(ownLabels(owner));
    await expectEngineError(create({}), 'ENGINE_CONFLICT');
    await expectEngineError(create(ownLabels({ ...owner, specHash: 'v1:bb' })), 'ENGINE_CONFLICT');
  });

  it('RemoveNetwork counts a vanished one as done', async () => {
    const gone = () => Promise.reject(new EngineError('ENGINE_NOT_FOUND', 'DELETE /networks/x', 'no such network'));
    await removeNetwork({ network: 'x' }, stepContext({ removeNetwork: gone }));
  });
});

describe('CreateVolume', () => {
  const spec: VolumeSpec = {
    driver: 'local',
    driver_opts: { type: 'nfs' },
    labels: { a: 'b' },
    external: false,
    adopt: false,
  };
  const create = (made: object) =>
    createVolume(
      { name: 'data', spec, owner },
      stepContext({
        createVolume: () => Promise.resolve(),
        listVolumes: () =>
          Promise.resolve([
            {
              Name: 'data',
              Driver: 'local',
              Options: { type: 'nfs' },
              Labels: { a: 'b', ...ownLabels(owner) },
              ...made,
            },
          ]),
      }),
    );

  it('is satisfied with what it asked for', async () => {
    await create({});
  });

  it('finds out when the engine returned an older volume of that name', async () => {
    const message = await expectStepError(
      create({ Driver: 'nfs', Options: null, Labels: { a: 'c' } }),
      'VOLUME_DIFFERS',
    );
    expect(message)
      .to.contain('not ours')
      .and.to.contain('driver is nfs')
      .and.to.contain('options')
      .and.to.contain('labels');
  });
});

describe('StopContainer and RestartContainer', () => {
  it('give the grace that the container was made with', async () => {
    const calls: unknown[] = [];
    const inspect = containerInspect('a'.repeat(64), 'web');
    inspect.Config.StopTimeout = 42;
    const context = stepContext({
      inspectContainer: (name) => Promise.resolve(name === 'web' ? inspect : undefined),
      stopContainer: (...args) => Promise.resolve(void calls.push(['stop', ...args])),
      restartContainer: (...args) => Promise.resolve(void calls.push(['restart', ...args])),
    });
    await stopContainer({ container: 'web' }, context);
    await restartContainer({ container: 'web' }, context);
    await stopContainer({ container: 'gone' }, context);
    expect(calls).to.deep.equal([
      ['stop', 'web', 42],
      ['restart', 'web', 42],
    ]);
  });
});

describe('PullImage', () => {
  const engine = (offered: () => Promise<string[]>, architecture = 'amd64'): Partial<Engine> => ({
    platforms: offered,
    pullImage: (_reference, progress) => Promise.resolve(progress?.('layer 1')),
    inspectImage: () => Promise.resolve({ ...imageInspect('sha256:1'), Architecture: architecture }),
    facts: () => Promise.resolve({ platform: 'linux/amd64' } as EngineFacts),
  });
  const both = { reference: 'busybox:1', platforms: ['linux/amd64', 'linux/arm64'] };

  it('accepts an image that exists for all wanted platforms, and tells its progress', async () => {
    const context = stepContext(engine(() => Promise.resolve(['linux/amd64', 'linux/arm64/v8'])));
    await pullImage(both, context);
    expect(context.said).to.deep.equal(['layer 1']);
  });

  it('does not pull one that a wanted platform lacks', async () => {
    const context = stepContext(engine(() => Promise.resolve(['linux/amd64'])));
    expect(await expectStepError(pullImage(both, context), 'PLATFORM_MISSING')).to.contain('linux/arm64');
    expect(context.said).to.deep.equal([]);
  });

  it('goes on, and says so, where the registry gives no answer', async () => {
    const silent = () => Promise.reject(new EngineError('IMAGE_UNAVAILABLE', 'GET /distribution', 'no route'));
    const context = stepContext(engine(silent));
    await pullImage(both, context);
    expect(context.said[0]).to.contain('no route');
  });

  it('refuses an image for another machine', async () => {
    const context = stepContext(engine(() => Promise.resolve([]), 'arm64'));
    const message = await expectStepError(pullImage({ ...both, platforms: [] }, context), 'PLATFORM_MISMATCH');
    expect(message).to.contain('linux/arm64').and.to.contain('linux/amd64');
  });
});

describe('BuildImage', () => {
  const directory = temporaryDirectory('build');
  const args = (context: string) => ({
    spec: {
      reference: 'local/app:1',
      platforms: [],
      build: { context, dockerfile: 'Dockerfile', args: { A: '1' }, contextDigest: 'd1' },
    },
  });
  const building = (asked: unknown[]): Partial<Engine> => ({
    buildImage: async (context, options) => {
      const chunks: Buffer[] = [];
      for await (const chunk of context) chunks.push(chunk as Buffer);
      asked.push(options, Buffer.concat(chunks).toString('latin1').includes('FROM scratch'));
      return 'sha256:1';
    },
  });

  it('sends the context and labels the image with its digest', async () => {
    const asked: unknown[] = [];
    writeFileSync(join(directory(), 'Dockerfile'), 'FROM scratch\n');
    await buildImage(args(directory()), stepContext(building(asked)));
    expect(asked).to.deep.equal([
      { tag: 'local/app:1', dockerfile: 'Dockerfile', args: { A: '1' }, labels: { 'lab.bastion.context': 'd1' } },
      true,
    ]);
  });

  it('fails with the reason when the context cannot be read', async () => {
    const error: unknown = await buildImage(args(join(directory(), 'no')), stepContext(building([]))).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('code', 'ENOENT');
  });
});
