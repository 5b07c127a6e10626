import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parseArguments, resolveSettings, type Settings } from '../../../src/cli/arguments.ts';
import { UsageError } from '../../../src/cli/errors.ts';
import {
  COMMON_OPTIONS,
  LIMIT_OPTION,
  LISTEN_OPTION,
  REPOSITORY_OPTIONS,
  SCHEDULE_OPTION,
  TLS_OPTIONS,
} from '../../../src/cli/options.ts';
import { expectUsageError } from './support.ts';

const ALL = {
  ...COMMON_OPTIONS,
  ...LISTEN_OPTION,
  ...TLS_OPTIONS,
  ...SCHEDULE_OPTION,
  ...LIMIT_OPTION,
  ...REPOSITORY_OPTIONS,
};

describe('command-line arguments', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'bastion-arguments-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const settings = (args: string[], environment: NodeJS.ProcessEnv = {}, options = ALL): Promise<Settings> =>
    resolveSettings(parseArguments(args, options), options, ALL, { BASTION_CONFIG: '', ...environment });

  function configFile(text: string): string {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, text);
    return path;
  }

  it('have defaults for a machine that is set up as documented', async () => {
    expect(await settings([])).to.deep.equal({
      desiredDirectory: '/etc/bastion/desired-state',
      gatesDirectory: '/etc/bastion/gates',
      holdDirectory: '/etc/bastion/hold',
      stateDirectory: '/var/lib/bastion',
      notifyCommands: '/etc/bastion/notify',
      root: '',
      dockerHost: undefined,
      strictGates: false,
      allowExceptions: [],
      configFile: '/etc/bastion/config.yaml',
      given: {},
      json: false,
      levels: false,
      noColor: false,
      listen: '127.0.0.1:9479',
      tlsCert: undefined,
      tlsKey: undefined,
      tlsClientCa: undefined,
      checkSchedule: '*/5 * * * *',
      log: '',
      verbose: false,
      limit: '50',
      only: '',
      backup: '',
      to: '',
      push: {
        socket: undefined,
        group: 'bastion-push',
        repository: '/srv/bastion/desired-state.git',
        releases: '/srv/bastion/releases',
        branch: 'main',
        keep: 10,
        allowForcePush: false,
        allowedSigners: undefined,
        keyring: undefined,
        followMilliseconds: 600_000,
      },
    });
  });

  it('remember what was given, as it is from every directory, and nothing that the configuration file says', async () => {
    const config = configFile('state: /from/file\n');
    const { given } = await settings(['--desired-state', 'here', '--config', config], {
      BASTION_GATES: '/from/environment',
      BASTION_STATE: '',
    });
    expect(given).to.deep.equal({
      ...{ 'desired-state': resolve('here'), gates: '/from/environment', config },
    });
  });

  it('refuse what pushes cannot be taken with', async () => {
    await expectUsageError(() => settings(['--branch', 'a b']), 'branch must be the name of a branch');
    await expectUsageError(() => settings(['--branch', '../x']), 'branch must be the name of a branch');
    await expectUsageError(() => settings(['--keep-releases', '-1']), 'keep-releases must be a whole number');
    await expectUsageError(() => settings(['--follow', 'soon']), 'follow must be a time such as 90s');
  });

  it('take a flag before the environment before the file before the default', async () => {
    const config = configFile('gates: /from/file\nstate: /from/file\ndesired-state: /from/file\n');
    const environment = { BASTION_CONFIG: config, BASTION_GATES: '/from/env', BASTION_STATE: '/from/env' };
    expect(await settings(['--gates', '/from/flag'], environment)).to.include({
      gatesDirectory: '/from/flag',
      holdDirectory: '/from/hold',
      stateDirectory: '/from/env',
      desiredDirectory: '/from/file',
    });
  });

  it('list the rules about the host that annotations may waive, and no others', async () => {
    const environment = { BASTION_ALLOW_EXCEPTIONS: 'allowed-roots, no-privileged-host-access' };
    expect((await settings([], environment)).allowExceptions).to.deep.equal([
      'allowed-roots',
      'no-privileged-host-access',
    ]);
    await expectUsageError(() => settings(['--allow-exceptions', 'allowed-root']), 'allowed-root is not one of');
  });

  it('take DOCKER_HOST when nothing of ours says otherwise', async () => {
    const environment = { DOCKER_HOST: 'unix:///a.sock' };
    expect((await settings([], environment)).dockerHost).to.equal('unix:///a.sock');
    expect((await settings(['--docker=unix:///b.sock'], environment)).dockerHost).to.equal('unix:///b.sock');
  });

  it('read paths in a file relative to that file', async () => {
    const config = configFile('desired-state: ./repo\n');
    expect((await settings(['--config', config])).desiredDirectory).to.equal(join(directory, 'repo'));
    const tls = configFile('tls-cert: pki/tls.crt\n');
    expect((await settings(['--config', tls])).tlsCert).to.equal(join(directory, 'pki/tls.crt'));
  });

  it('read booleans from the environment', async () => {
    expect((await settings([], { BASTION_JSON: 'yes' })).json).to.equal(true);
    expect((await settings([], { BASTION_JSON: '0' })).json).to.equal(false);
    await expectUsageError(() => settings([], { BASTION_JSON: 'maybe' }), 'BASTION_JSON must be true or false');
  });

  it('keep positionals, also between flags', () => {
    expect(parseArguments(['Container/web', '--json'], ALL).positionals).to.deep.equal(['Container/web']);
  });

  for (const [args, message] of [
    [['--desired', '/x'], 'unknown flag --desired; did you mean --desired-state?'],
    [['--gate', '/x'], 'unknown flag --gate; did you mean --gates?'],
    [['--jsno'], 'unknown flag --jsno; did you mean --json?'],
    [['--frobnicate'], 'unknown flag --frobnicate'],
    [['--gates'], '--gates needs a value: --gates DIR'],
    [['--gates', '--json'], '--gates needs a value: --gates DIR'],
    [['--json=1'], '--json takes no value'],
  ] as const)
    it(`explain ${args.join(' ')}`, () => {
      expect(() => parseArguments(args, ALL)).to.throw(UsageError, message);
    });

  it('name what is wrong in a file', async () => {
    await expectUsageError(() => settings(['--config', join(directory, 'none')]), 'there is no configuration file');
    await expectUsageError(() => settings(['--config', configFile('gatse: /x\n')]), 'did you mean gates?');
    await expectUsageError(() => settings(['--config', configFile('- a\n')]), 'must hold `name: value` lines');
    await expectUsageError(() => settings(['--config', configFile('a: [\n')]), 'config.yaml');
    await expectUsageError(() => settings(['--config', configFile('gates: [a]\n')]), 'gates must be text');
  });

  it('let a file hold flags of other commands', async () => {
    const config = configFile('listen: none\n');
    expect((await settings(['--config', config], {}, COMMON_OPTIONS as typeof ALL)).json).to.equal(false);
  });
});
