import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hasProgram, runCommand } from '../../scripts/support/run-command.ts';
import { allowedRoute } from '../../src/engine/allowed-route.ts';
import { API_VERSION } from '../../src/engine/connection.ts';
import { ROUTES } from '../../src/engine/routes.ts';
import { manifest } from '../support/desired-directory.ts';
import { EngineProxy } from '../support/engine-proxy.ts';
import { fileSnapshot } from '../support/file-snapshot.ts';
import { skipBecause } from '../support/skip.ts';
import { Workplace } from '../support/workplace.ts';

/** Commands that only look. Each is tried while much is to be done, and no operator runs. */
const LOOKING = [
  ['plan'],
  ['plan', '--json'],
  ['validate'],
  ['status'],
  ['status', '--json'],
  ['gates'],
  ['history'],
  ['history', 'Container/web'],
  ['explain', 'Container.spec.ports'],
  ['version'],
] as const;

/** System calls that change a file or a directory, or may. */
const WRITING =
  'open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,chmod,fchmod,fchmodat,chown,fchown,fchownat,utimensat,mknod,mknodat';

describe('commands that look change nothing', function () {
  this.timeout(120_000);
  let place: Workplace;
  let proxy: EngineProxy;
  const writes: string[] = [];

  before(async function () {
    place = await Workplace.open(this, 'look');
    proxy = new EngineProxy(place.host, join(place.directory, 'engine.sock'));
    proxy.interference = {
      before: ({ mutates, method, path }) => {
        if (!mutates) return 'forward';
        writes.push(`${method} ${path}`);
        return 'refuse';
      },
    };
    await proxy.open();
    place.desired.write('10-stack.yaml', place.container('kept'), place.container('changed'), place.container('gone'));
    expect((await place.command('apply')).code).to.equal(0);
    place.touch('some.ok');
    // One to make, one to change, one to remove, one behind a gate, and files to write.
    place.desired.write(
      '10-stack.yaml',
      place.container('kept'),
      place.container('changed', { environment: { NEW: '1' } }),
      place.container('made'),
      manifest('Gate', 'closed', { checklist: ['something'] }),
      place.container('behind', { dependsOn: ['Gate/closed'] }),
      manifest('Network', place.name('net')),
      manifest('Volume', place.name('data')),
      manifest('Directory', 'made', { path: join(place.directory, 'host', 'made') }),
      manifest('File', 'written', { path: join(place.directory, 'host', 'made', 'file'), content: 'text' }),
    );
  });

  after(async () => {
    await proxy?.close();
    await place?.close();
  });

  const commandLine = (command: readonly string[], state = place.state): string[] => [
    ...command,
    ...place.flags({ host: proxy.host, state }),
  ];

  it('send no request to the engine that could change anything, and touch no file', async () => {
    const before = fileSnapshot(place.directory);
    const asked = proxy.requests.length;
    for (const command of LOOKING) {
      const outcome = await place.raw(commandLine(command));
      expect(outcome.code, `${command.join(' ')}\n${outcome.stderr}`).to.equal(command[0] === 'plan' ? 2 : 0);
      expect(fileSnapshot(place.directory), command.join(' ')).to.deep.equal(before);
    }
    expect(writes).to.deep.equal([]);
    expect(proxy.requests.length, 'requests to read').to.be.greaterThan(asked);
    // docs/security.md tells a proxy in front of the engine what these commands need, and no more.
    for (const { method, path } of proxy.requests.slice(asked)) {
      const route = allowedRoute(method, `/${API_VERSION}${path}`);
      expect(route === undefined ? 'none' : ROUTES[route].by, `${method} ${path}`).to.equal('look');
    }
  });

  it('make no state directory where there is none', async () => {
    const before = fileSnapshot(place.directory);
    for (const command of LOOKING)
      expect((await place.raw(commandLine(command, join(place.directory, 'no-state')))).code).to.be.oneOf([0, 2]);
    expect(fileSnapshot(place.directory)).to.deep.equal(before);
  });

  it('ask the system for nothing that could write (strace)', async function () {
    if (!(await hasProgram('strace'))) await runCommand(['apt-get', 'install', '-y', 'strace']);
    if (!(await hasProgram('strace'))) skipBecause(this, 'strace cannot be installed');
    const log = join(place.directory, 'trace.log');
    for (const command of LOOKING) {
      const through = ['strace', '-f', '-y', '-qq', '-s', '4096', '-o', log, '-e', `trace=${WRITING}`];
      const outcome = await place.raw(commandLine(command), through);
      if (/ptrace|PTRACE/.test(outcome.stderr)) skipBecause(this, 'this machine does not let a process be traced');
      expect(outcome.code, outcome.stderr).to.be.oneOf([0, 2]);
      const calls = readFileSync(log, 'utf8').split('\n');
      expect(calls.filter((call) => call.includes('openat')).length, 'the trace saw something').to.be.greaterThan(20);
      const mayWrite = calls.filter(
        (call) =>
          // The end of a call that another thread came between; its beginning has the arguments.
          !/resumed>/.test(call) &&
          (!/ (open|openat)\(/.test(call) || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/.test(call)),
      );
      const guilty = mayWrite.filter((call) => call.includes(place.directory) || / f[a-z]+\(/.test(call));
      expect(guilty, command.join(' ')).to.deep.equal([]);
    }
  });

  describe('exit codes', () => {
    it('64: a command line that cannot be understood', async () => {
      for (const args of [
        ['frobnicate'],
        ['plan', '--no-such-flag'],
        ['plan', 'superfluous'],
        ['explain', 'Nothing.spec'],
      ])
        expect((await place.raw(args)).code, args.join(' ')).to.equal(64);
    });

    it('plan: 2 while there are steps to run, 3 when the rest waits for a human, 0 when nothing is left', async () => {
      const other = await place.another('codes');
      try {
        const gate = manifest('Gate', 'go', { checklist: ['look'] });
        other.desired.write(
          '10.yaml',
          other.container('free'),
          gate,
          other.container('late', { dependsOn: ['Gate/go'] }),
        );
        expect((await other.command('plan')).code, 'to run').to.equal(2);
        expect((await other.command('apply')).code, 'waiting').to.equal(3);
        const waiting = await other.command('plan');
        expect(waiting.code, waiting.stdout).to.equal(3);
        expect(waiting.stdout).to.include('[blocked by Gate/go]');
        other.touch('go.ok');
        expect((await other.command('plan')).code, 'the gate is open').to.equal(2);
        expect((await other.command('apply')).code, 'all').to.equal(0);
        expect(await other.command('plan')).to.include({ code: 0, stdout: 'nothing to do\n' });
      } finally {
        await other.close();
      }
    });

    it('plan: 1 when the engine or the desired state cannot be had, or a file of it is broken', async () => {
      const other = await place.another('codes');
      try {
        other.desired.write('10.yaml', other.container('web'));
        const noEngine = await other.command('plan', [], { host: `unix://${other.directory}/none.sock` });
        expect(noEngine.code).to.equal(1);
        expect(noEngine.stderr).to.include('none.sock');
        other.desired.writeText('20-broken.yaml', 'kind: [');
        expect((await other.command('plan')).code).to.equal(1);
        expect((await other.command('apply')).code, 'nor is apply content with it').to.equal(1);
        other.desired.remove('20-broken.yaml');
        other.desired.remove('10.yaml');
        other.desired.remove('00-bastion.yaml');
        const empty = await other.command('plan');
        expect(empty.code).to.equal(1);
        expect(empty.stderr).to.include(other.desired.path);
      } finally {
        await other.close();
      }
    });

    it('validate: 0 valid, 2 invalid with every error located, 1 not there; it needs no engine', async () => {
      const other = await place.another('codes');
      const host = `unix://${other.directory}/none.sock`;
      try {
        other.desired.write('10.yaml', other.container('web'));
        expect((await other.command('validate', [], { host })).code).to.equal(0);
        other.desired.writeText(
          '20-broken.yaml',
          'apiVersion: bastion.lab/v1\nkind: Container\nmetadata: {name: x}\nspec: {imago: 1}\n',
        );
        mkdirSync(join(other.desired.path, 'sub'));
        symlinkSync('/nonexistent', join(other.desired.path, 'sub', 'dangling.yaml'));
        const invalid = await other.command('validate', [], { host });
        expect(invalid.code).to.equal(2);
        expect(invalid.stderr).to.match(/20-broken\.yaml:4:\d+ Container\/x spec\.imago/);
        expect(invalid.stderr).to.include('dangling.yaml');
        const missing = await other.raw(['validate', '--desired-state', join(other.directory, 'nowhere')]);
        expect(missing.code).to.equal(1);
      } finally {
        await other.close();
      }
    });
  });
});
