import { expect } from 'chai';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

/** Nothing listens there, so that a pull fails at once. */
const UNREACHABLE = '127.0.0.1:1/contract/absent:1';

export function imageContract(get: () => Scratch): void {
  it('inspects an image by reference and by id', async () => {
    const { engine, image } = get();
    const found = await engine.inspectImage(image);
    expect(found?.Id).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(found?.RepoTags).to.include(image);
    expect(found?.Os).to.equal('linux');
    expect((await engine.inspectImage(found?.Id ?? ''))?.Id).to.equal(found?.Id);
    expect(await engine.inspectImage('contract/absent:1')).to.equal(undefined);
  });

  it('says that an image cannot be had', async () => {
    const { engine } = get();
    await expectEngineError(engine.pullImage(UNREACHABLE), 'IMAGE_UNAVAILABLE');
    await expectEngineError(engine.platforms(UNREACHABLE), 'IMAGE_UNAVAILABLE');
  });

  it('builds an image, the same one from the same content', async () => {
    const scratch = get();
    const dockerfile = 'FROM scratch\nCOPY content /content\nLABEL colour=red\nCMD ["/content"]\n';
    const { reference, id } = await scratch.build(dockerfile);
    const again = await scratch.build(dockerfile);
    expect(again.id).to.equal(id);
    const image = await scratch.engine.inspectImage(reference);
    expect(image?.Id).to.equal(id);
    expect(image?.Config?.Labels).to.include({ colour: 'red', built: 'by-contract' });
    expect(image?.Config?.Cmd).to.deep.equal(['/content']);
  });

  it('says that a build failed', async () => {
    const scratch = get();
    const error = await expectEngineError(scratch.build(`FROM ${scratch.image}\nRUN false\n`), 'BUILD_FAILED');
    expect(error.message).to.contain('1');
  });

  it('completes a container from its image', async () => {
    const scratch = get();
    const { reference } = await scratch.build(
      [
        `FROM ${scratch.image}`,
        'ENV FIRST=image SECOND=image',
        'LABEL colour=red shape=round',
        'USER 1000',
        'WORKDIR /tmp',
        'EXPOSE 80',
        'STOPSIGNAL SIGINT',
        'ENTRYPOINT ["sleep"]',
        'CMD ["700"]',
      ].join('\n'),
    );
    const plain = await scratch.inspect(await scratch.create({ Image: reference, Cmd: null }));
    expect(plain.Config).to.deep.include({ Entrypoint: ['sleep'], Cmd: ['700'], User: '1000', WorkingDir: '/tmp' });
    expect(plain.Config).to.deep.include({ StopSignal: 'SIGINT', ExposedPorts: { '80/tcp': {} } });
    const own = await scratch.inspect(
      await scratch.create({
        Image: reference,
        Cmd: ['800'],
        Env: ['SECOND=own', 'THIRD=own'],
        Labels: { colour: 'blue' },
        User: '0',
        ExposedPorts: { '81/tcp': {} },
        StopSignal: 'TERM',
      }),
    );
    expect(own.Config).to.deep.include({ Entrypoint: ['sleep'], Cmd: ['800'], User: '0', StopSignal: 'TERM' });
    expect(own.Config.Env?.slice(0, 2)).to.deep.equal(['SECOND=own', 'THIRD=own']);
    expect(own.Config.Env).to.include('FIRST=image').and.not.to.include('SECOND=image');
    expect(own.Config.Labels).to.include({ colour: 'blue', shape: 'round' });
    expect(own.Config.ExposedPorts).to.have.all.keys('80/tcp', '81/tcp');
    const entered = await scratch.inspect(
      await scratch.create({ Image: reference, Entrypoint: ['sleep', '900'], Cmd: null }),
    );
    expect(entered.Config).to.deep.include({ Entrypoint: ['sleep', '900'], Cmd: null });
  });

  it('shows the id of an image whose reference names another one by now', async () => {
    const scratch = get();
    const { reference, id: old } = await scratch.build(`FROM ${scratch.image}\nLABEL build=1\n`);
    const container = await scratch.create({ Image: reference });
    await scratch.build(`FROM ${scratch.image}\nLABEL build=2\n`, reference);
    const inspect = await scratch.inspect(container);
    expect(inspect.Image).to.equal(old);
    expect(inspect.Config.Image).to.equal(reference);
    const listed = (await scratch.engine.listContainers()).find((one) => one.Id === container);
    expect(listed).to.include({ Image: old, ImageID: old });
    expect((await scratch.engine.inspectImage(reference))?.Id).not.to.equal(old);
    expect((await scratch.engine.inspectImage(old))?.RepoTags).to.deep.equal([]);
  });
}
