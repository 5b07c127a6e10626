import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFile } from '../../../src/apply/steps/check-file.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { ContainerCreateBody, ContainerInspect, ContainerSummary } from '../../../src/engine/wire.ts';
import type { FileSpec } from '../../../src/model/file-specs.ts';
import { LABEL } from '../../../src/model/labels.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError, stepContext } from './step-context.ts';

describe('CheckFile', () => {
  const directory = temporaryDirectory('check');
  const spec: FileSpec = {
    path: '/etc/prometheus/prometheus.yml',
    content: 'a: 1\n',
    encoding: 'utf8',
    digest: 'd',
    mode: 0o600,
    onChange: [],
    check: { image: 'prom:1', commands: [['promtool', 'check', 'config', '{file}']] },
  };
  let calls: string[];
  let body: ContainerCreateBody | undefined;
  let candidate: string;

  const engine = (extra: Partial<Engine> = {}): Partial<Engine> => ({
    listContainers: () => Promise.resolve([]),
    createContainer: (name, asked) => {
      calls.push('create');
      body = asked;
      const source = asked.HostConfig.Mounts?.[0]?.Source ?? '';
      const path = join(source, 'prometheus.yml');
      const modes = [source, path].map((each) => (statSync(each).mode & 0o777).toString(8));
      candidate = `${name} ${modes.join(' ')} ${readFileSync(path, 'utf8')}`;
      return Promise.resolve('c1');
    },
    startContainer: () => Promise.resolve(void calls.push('start')),
    waitContainer: () => Promise.resolve(0),
    logs: () => Promise.resolve('line 3: mapping values are not allowed\n'),
    removeContainer: (id, volumes) => Promise.resolve(void calls.push(`remove ${id} ${volumes}`)),
    ...extra,
  });
  const context = (extra: Partial<Engine> = {}, active = new Set<string>()) =>
    stepContext(engine(extra), { stateDirectory: directory(), activeChecks: active });
  const run = (extra: Partial<Engine> = {}, active = new Set<string>()): Promise<void> =>
    checkFile({ spec }, context(extra, active));

  beforeEach(() => {
    calls = [];
  });
  afterEach('nothing stays behind', () => {
    const candidates = join(directory(), 'candidates');
    expect(existsSync(candidates) ? readdirSync(candidates) : []).to.deep.equal([]);
  });

  it('runs the command locked in, with the candidate mounted read-only', async () => {
    await run();
    expect(calls).to.deep.equal(['create', 'start', 'remove c1 true']);
    expect(candidate).to.match(/^bastion-check-[0-9a-f-]+ 755 444 a: 1\n$/);
    expect(statSync(join(directory(), 'candidates')).mode & 0o777).to.equal(0o700);
    expect(body).to.deep.include({ Entrypoint: ['promtool'], Cmd: ['check', 'config', '/candidate/prometheus.yml'] });
    expect(body?.HostConfig).to.deep.include({
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
    });
    expect(body?.HostConfig.Mounts?.[0]?.ReadOnly).to.equal(true);
    expect(body?.Labels, 'not an object that planning could take for ours').not.to.have.property(LABEL.key);
  });

  it('runs several commands one after another, each in a container of its own, and stops at the first that fails', async () => {
    const commands = [['one', '{file}'], ['two'], ['three']];
    const several = { ...spec, check: { image: 'prom:1', commands } };
    const asked: string[] = [];
    const engineOf = (failing: number) =>
      context({
        createContainer: (_name, { Entrypoint, Cmd }) => {
          asked.push([...(Entrypoint ?? []), ...(Cmd ?? [])].join(' '));
          return Promise.resolve(`c${asked.length}`);
        },
        waitContainer: () => Promise.resolve(asked.length === failing ? 7 : 0),
      });
    await checkFile({ spec: several }, engineOf(0));
    expect(asked).to.deep.equal(['one /candidate/prometheus.yml', 'two', 'three']);
    expect(calls).to.deep.equal(['start', 'remove c1 true', 'start', 'remove c2 true', 'start', 'remove c3 true']);
    asked.length = 0;
    const message = await expectStepError(checkFile({ spec: several }, engineOf(2)), 'CONFIG_REJECTED');
    expect(message).to.contain('`two` ended with 7');
    expect(asked).to.have.length(2);
  });

  it('shows it further files beside the candidate, host paths read-only, as the user that it is to be', async () => {
    const seen: string[] = [];
    const check = {
      ...{ image: 'prom:1', commands: [['promtool']], user: '65534:65534' },
      files: { 'test.yml': 'rule_files: [rules.yml]' },
      volumes: [{ source: '/etc/pki/live/prometheus', target: '/etc/bastion-certs' }],
    };
    const createContainer: Engine['createContainer'] = (_name, asked) => {
      body = asked;
      const [{ Source = '' } = {}] = asked.HostConfig.Mounts ?? [];
      for (const name of readdirSync(Source).sort()) {
        const path = join(Source, name);
        seen.push(`${name} ${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8').trim()}`);
      }
      return Promise.resolve('c1');
    };
    await checkFile({ spec: { ...spec, check } }, context({ createContainer }));
    expect(seen).to.deep.equal(['prometheus.yml 444 a: 1', 'test.yml 444 rule_files: [rules.yml]']);
    expect(body?.User).to.equal('65534:65534');
    expect(body?.HostConfig.Mounts?.map(({ Target, ReadOnly }) => [Target, ReadOnly])).to.deep.equal([
      ['/candidate', true],
      ['/etc/bastion-certs', true],
    ]);
  });

  describe('of a server that has no check of its own', () => {
    const server = { ...spec, check: { image: 'traefik:3', commands: [['lint'], ['traefik']], runsFor: 3_000 } };
    const slow = (): Promise<never> => Promise.reject(new EngineError('ENGINE_DEADLINE', 'POST /wait', 'slow'));
    const state = (parts: object) => () =>
      Promise.resolve({ State: { Status: 'running', Running: true, ExitCode: 0, ...parts } } as ContainerInspect);

    it('passes when the last command still runs, and kills it', async () => {
      const waits: number[] = [];
      const waitContainer = (_id: string, milliseconds: number): Promise<number> => {
        waits.push(milliseconds);
        return waits.length === 1 ? Promise.resolve(0) : slow();
      };
      await checkFile({ spec: server }, context({ waitContainer, inspectContainer: state({}) }));
      expect(waits).to.deep.equal([60_000, 3_000]);
      expect(calls.at(-1)).to.equal('remove c1 true');
    });

    it('fails when it ends, with whatever code, and when the engine only did not tell in time', async () => {
      const ended = checkFile({ spec: server }, context({ waitContainer: () => Promise.resolve(0) }));
      const message = await expectStepError(ended, 'CONFIG_REJECTED');
      expect(message).to.contain('`traefik` ended with 0 within 3 s instead of running on').and.to.contain('line 3');
      let waits = 0;
      const waitContainer = (): Promise<number> => (++waits === 1 ? Promise.resolve(0) : slow());
      const inspectContainer = state({ Status: 'exited', Running: false, ExitCode: 1 });
      const late = checkFile({ spec: server }, context({ waitContainer, inspectContainer }));
      expect(await expectStepError(late, 'CONFIG_REJECTED')).to.contain('ended with 1 within 3 s');
    });
  });

  it('says of which content a refusal is', async () => {
    const refused: unknown = await run({ waitContainer: () => Promise.resolve(1) }).catch((error: unknown) => error);
    expect(refused).to.have.property('of', 'd');
  });

  it('fails with the end of the output', async () => {
    const message = await expectStepError(run({ waitContainer: () => Promise.resolve(1) }), 'CONFIG_REJECTED');
    expect(message).to.contain('line 3: mapping').and.to.contain('ended with 1').and.to.contain(spec.path);
    expect(calls.at(-1)).to.equal('remove c1 true');
  });

  it('removes the container when it hangs or cannot be started', async () => {
    const deadline = () => Promise.reject(new EngineError('ENGINE_DEADLINE', 'POST /wait', 'slow'));
    await expectStepError(run({ waitContainer: deadline }), 'CHECK_DEADLINE');
    const refuse = () => Promise.reject(new EngineError('ENGINE_BAD_REQUEST', 'POST /start', 'no promtool in $PATH'));
    expect(await expectStepError(run({ startContainer: refuse }), 'CONFIG_REJECTED')).to.contain('no promtool');
    expect(calls.filter((call) => call.startsWith('remove'))).to.have.length(2);
  });

  it('removes what a killed operator left of the same state directory, and nothing else', async () => {
    await run();
    const entry = (Id: string, Labels: Record<string, string>, name = `/${Id}`) =>
      ({ Id, Names: [name], Labels }) as ContainerSummary;
    const own = body?.Labels ?? {};
    const list = [
      entry('leftover', own),
      entry('running', own, '/bastion-check-now'),
      entry('other-operator', { ...own, 'lab.bastion.check-state': 'other' }),
      entry('foreign', {}),
    ];
    calls = [];
    await run({ listContainers: () => Promise.resolve(list) }, new Set(['bastion-check-now']));
    expect(calls).to.deep.equal(['remove leftover true', 'create', 'start', 'remove c1 true']);
  });

  it('replaces a candidate that a killed operator left', async () => {
    await run();
    const left = body?.HostConfig.Mounts?.[0]?.Source ?? '';
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'prometheus.yml'), 'half of an older one', { mode: 0o400 });
    await run();
    expect(candidate).to.contain('a: 1');
  });
});
