import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { mustRun } from '../../scripts/support/run-command.ts';
import { manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { PATIENCE } from '../support/operator.ts';
import { PushPlace } from '../support/push-place.ts';
import { requireProgram } from '../support/require-program.ts';
import { skipBecause } from '../support/skip.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { Workplace } from '../support/workplace.ts';

describe('git push', function () {
  this.timeout(120_000);
  let home: Workplace;

  before(async function () {
    await requireProgram(this, 'git');
    home = await Workplace.open(this, 'push');
  });

  after(() => home?.close());

  describe('to a running operator', () => {
    let place: Workplace;
    let host: PushPlace;
    let first: string;

    before(async () => {
      place = await home.another('push');
      host = await PushPlace.make(place);
      // Before anything is pushed the operator would go by the starting state, whose instance is anybody's.
      await host.commit('the first state of our own');
      await host.push();
      await host.start().result('converged');
    });

    after(() => place?.close());

    it('prints the plan and what waits at which gate, brings it live and follows to the gate, then to the end', async () => {
      host.work.write('10-web.yaml', place.container('web', { healthcheck: place.health('true') }));
      host.work.write(
        '20-late.yaml',
        manifest('Gate', 'reviewed', {
          checklist: ['web does what it should'],
          dependsOn: [`Container/${place.name('web')}`],
        }),
        place.container('late', { dependsOn: ['Gate/reviewed'] }),
      );
      const commit = await host.commit('web, and something behind a gate');
      first = commit;
      const { code, output } = await host.push();
      expect(code, output).to.equal(0);
      const web = `Container/${place.name('web')}`;
      expect(output).to.match(new RegExp(`remote: +#\\d+ CreateContainer ${web}: missing`));
      expect(output).to.contain(`touch ${host.gates}/reviewed.ok`);
      expect(output).to.match(/halts at gate reviewed, 2 steps behind it/);
      expect(output).to.match(
        new RegExp(`CreateContainer +${web} +missing\\n(.|\\n)*${commit.slice(0, 12)} halted at gate reviewed`),
      );
      expect(host.current).to.equal(commit);
      expect(await host.differences(commit)).to.deep.equal([]);
      expect(Object.keys(await place.containers())).to.deep.equal(['web']);

      host.touch('reviewed.ok');
      const again = await host.commit('nothing more');
      const second = await host.push();
      expect(second.output).to.match(new RegExp(`${again.slice(0, 12)} converged: \\d+ resources as wanted`));
      expect(Object.keys(await place.containers())).to.deep.equal(['late', 'web']);
    });

    it('shows the commit in status and history', async () => {
      const status = await place.raw(['status', '--json', '--state', host.state]);
      expect((JSON.parse(status.stdout) as { revision: string }).revision).to.equal(host.current);
      const made = place.history(host.state).filter(({ target }) => target === `Container/${place.name('web')}`);
      expect(made.map(({ op, commit }) => `${op} ${commit}`)).to.include(`CreateContainer ${first}`);
    });

    it('refuses a broken state with file, line and column, and what runs is as it was', async () => {
      const before = { current: host.current, containers: await place.containers() };
      host.work.write('30-bad.yaml', place.container('bad', { mem_limit: 'much' }));
      await host.commit('nonsense');
      const { code, output } = await host.push();
      expect(code).to.not.equal(0);
      expect(output).to.match(/remote: x 30-bad\.yaml:\d+:\d+ Container\/\S+ spec\.mem_limit: /);
      expect(output).to.match(/refused: what runs is as it was/);
      expect({ current: host.current, containers: await place.containers() }).to.deep.equal(before);
      expect(host.listed().incoming).to.deep.equal([]);
      await host.git('reset', '--quiet', '--hard', 'HEAD~1');
    });

    it('rolls back to what ran before, keeps to the gates, and goes forward again', async () => {
      const good = host.current;
      host.work.write(
        '10-web.yaml',
        place.container('web', { healthcheck: place.health('true'), environment: { VERSION: '2' } }),
      );
      const commit = await host.commit('another web');
      const pushed = await host.push();
      expect(pushed.output).to.match(/converged:/);
      expect((await place.inspect('web')).Config.Env).to.include('VERSION=2');

      const { code, stdout } = await host.command('rollback');
      expect(code, stdout).to.equal(0);
      expect(stdout).to.contain(`${good.slice(0, 12)} nothing more is current`);
      expect(stdout).to.contain(`main stays at ${commit.slice(0, 12)}`);
      expect(host.current).to.equal(good);
      expect((await place.inspect('web')).Config.Env ?? []).to.not.include('VERSION=2');

      const listed = await host.command('releases');
      expect(listed.stdout).to.match(new RegExp(`^\\* ${good.slice(0, 12)} .* nothing more \\(Ada\\)$`, 'm'));
      expect(listed.stderr).to.contain('bastion rollback main');
      expect((await host.command('rollback', 'main')).code).to.equal(0);
      expect(host.current).to.equal(commit);
    });

    it('takes two pushes at once one after the other, and the second says why it is not taken', async () => {
      const other = join(place.directory, 'other');
      await host.git('clone', '--quiet', '-o', 'bastion', host.repository, other);
      writeFileSync(join(other, 'note.txt'), 'of somebody else');
      await host.tryGit(['-C', other, 'add', '--all']);
      await host.tryGit(['-C', other, 'commit', '--quiet', '-m', 'theirs']);
      await host.commit('mine');
      const both = await Promise.all([host.push(), host.tryGit(['-C', other, 'push', 'bastion', 'main'])]);
      const [taken, refused] = both[0].code === 0 ? both : [both[1], both[0]];
      expect([taken?.code, refused?.code === 0]).to.deep.equal([0, false]);
      expect(refused?.output).to.match(
        /somebody else has pushed meanwhile|cannot lock ref|failed to update ref|fetch first/,
      );
      const tip = (await host.git('ls-remote', 'bastion', 'refs/heads/main')).slice(0, 40);
      expect(host.current).to.equal(tip);
      await host.git('fetch', '--quiet', 'bastion');
      await host.git('reset', '--quiet', '--hard', 'bastion/main');
    });

    it('may be left at any moment, and goes on without whoever pushed', async () => {
      const health = { ...place.health('test -e /tmp/ready'), start_period: '60s' };
      const command = ['sh', '-c', 'sleep 4; touch /tmp/ready; exec sleep 3600'];
      host.work.write('50-left.yaml', place.container('left', { command, healthcheck: health, healthyWithin: '90s' }));
      const commit = await host.commit('something that takes its time');
      const leave = new AbortController();
      const push = host.tryGit(['push', 'bastion', 'main'], {}, leave.signal);
      await eventually(async () => expect(await place.containers()).to.have.property('left'), { within: PATIENCE });
      leave.abort();
      expect((await push).output).to.not.contain(`${commit.slice(0, 12)} converged`);
      await eventually(
        async () => {
          const status = await place.raw(['status', '--json', '--state', host.state]);
          expect(JSON.parse(status.stdout)).to.include({ revision: commit, result: 'converged' });
        },
        { within: PATIENCE },
      );
      expect(host.current).to.equal(commit);
    });

    it('takes a push while another is converged on, and tells the first that it was overtaken', async () => {
      host.work.write(
        '40-slow.yaml',
        place.container('slow', {
          healthcheck: { ...place.health('false'), start_period: '60s' },
          healthyWithin: '90s',
        }),
      );
      const slow = await host.commit('never healthy');
      const first = host.push();
      await eventually(() => expect(host.current).to.equal(slow), { within: PATIENCE });
      host.work.remove('40-slow.yaml');
      const next = await host.commit('without it');
      const second = await host.push();
      expect(second.code, second.output).to.equal(0);
      expect((await first).output).to.contain(
        `${next.slice(0, 12)} is current now: another push or a rollback came after`,
      );
      expect(host.current).to.equal(next);
      await eventually(async () => expect(await place.containers()).to.not.have.property('slow'), { within: PATIENCE });
    });
  });

  describe('is refused', () => {
    let place: Workplace;
    let host: PushPlace;
    let start: string;

    before(async () => {
      place = await home.another('push');
      host = await PushPlace.make(place);
      host.work.write('10-web.yaml', place.container('web'));
      start = await host.commit('a first state');
      expect((await host.push()).code).to.equal(0);
    });

    after(() => place?.close());

    afterEach(async () => {
      expect(host.current, 'what is current').to.equal(start);
      expect(host.listed().incoming).to.deep.equal([]);
      await host.git('reset', '--quiet', '--hard', start);
      await host.git('clean', '--quiet', '-fd');
    });

    async function refusal(args?: readonly string[]): Promise<string> {
      const { code, output } = await host.push(args);
      expect(code, output).to.not.equal(0);
      return output;
    }

    it('for another branch, a tag or a deletion, with what to do instead', async () => {
      expect(await refusal(['HEAD:refs/heads/trial'])).to.contain('git push bastion HEAD:main');
      await host.git('tag', 'v1');
      expect(await refusal(['v1'])).to.contain('the tag v1 is not taken');
      expect(await refusal([':main'])).to.match(/cannot be deleted|deletion prohibited/);
    });

    it('when it would drop commits', async () => {
      await host.git('commit', '--quiet', '--amend', '-m', 'rewritten');
      expect(await refusal(['--force', 'main'])).to.match(
        /would drop a commit of main:(.|\n)*a first state(.|\n)*git pull --rebase bastion main/,
      );
    });

    it('for gate files and symlinks that lead out', async () => {
      mkdirSync(join(host.work.path, 'gates'));
      writeFileSync(join(host.work.path, 'gates', 'first-push.ok'), '');
      symlinkSync('../../../../etc/passwd', join(host.work.path, 'leak.yaml'));
      symlinkSync('nothing.yaml', join(host.work.path, 'nowhere.yaml'));
      await host.commit('not mine to open');
      const output = await refusal();
      expect(output).to.contain('gates/first-push.ok: gates are opened on the host by a person, never by a push');
      expect(output).to.contain('leak.yaml: is a symlink to ../../../../etc/passwd, which leads out of the repository');
      expect(output).to.contain('nowhere.yaml: is a symlink to nothing.yaml, which is not there');
    });

    it('when an operator runs and does not say what it would do', async () => {
      const socket = /^push-socket: (.+)$/m.exec(readFileSync(host.config, 'utf8'))?.[1] ?? '';
      mkdirSync(dirname(socket), { recursive: true });
      const server = createServer((connection) => connection.destroy());
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      try {
        await host.commit('who knows what it does');
        expect(await refusal()).to.contain('x the operator runs and has made no plan');
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    });

    it('when a file, or all of it, is too large', async () => {
      writeFileSync(join(host.work.path, 'disk.img'), Buffer.alloc(17 << 20));
      await host.commit('a disk image');
      expect(await refusal()).to.contain('disk.img: is 17 MiB large; at most 16 MiB are taken for a file');
      await mustRun(['git', '--git-dir', host.repository, 'config', 'receive.maxInputSize', '1k']);
      try {
        expect(await refusal()).to.match(/maximum allowed size|unpack/);
      } finally {
        await mustRun(['git', '--git-dir', host.repository, 'config', 'receive.maxInputSize', '128m']);
      }
    });

    it('when it holds nothing, which never means to remove everything', async () => {
      await host.git('rm', '--quiet', '-r', '.');
      await host.commit('gone');
      expect(await refusal()).to.contain('the commit holds no resources');
    });

    it('without the signature of somebody who may sign', async function () {
      await requireProgram(this, 'ssh-keygen');
      const keys = join(place.directory, 'keys');
      mkdirSync(keys);
      for (const name of ['ada', 'eve'])
        await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
      const signers = join(place.directory, 'allowed-signers');
      const publicKey = await mustRun(['cat', join(keys, 'ada.pub')]);
      writeFileSync(signers, `ada@example.org ${publicKey}`);
      const sign = (key: string): string[] => ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(keys, key)}`];
      const signed = (key: string): Promise<string> =>
        host.git(...sign(key), 'commit', '--quiet', '--allow-empty', '-S', '-m', `signed by ${key}`);
      host.configure(`allowed-signers: ${signers}`);

      const unsigned = await host.commit('who says so?');
      expect(await refusal()).to.contain(`commit ${unsigned.slice(0, 12)}: it is not signed`);
      await signed('eve');
      expect(await refusal()).to.match(/commit [0-9a-f]{12}: .*No principal matched/);
      await signed('ada');
      const { code, output } = await host.push();
      expect(code, output).to.equal(0);
      expect(output).to.match(/Good "git" signature for ada@example\.org/);
      start = host.current;
    });
  });

  it('from a repository of one’s own replaces the starting state by force once, and nothing after that', async () => {
    const place = await home.another('push');
    try {
      const host = await PushPlace.make(place);
      await host.git('checkout', '--quiet', '--orphan', 'own');
      const own = await host.commit('a history of its own');
      const first = await host.push(['--force', 'own:main']);
      expect(first.code, first.output).to.equal(0);
      expect(host.current).to.equal(own);
      await host.git('commit', '--quiet', '--amend', '-m', 'another');
      const second = await host.push(['--force', 'own:main']);
      expect(second.output).to.contain('would drop a commit of main');
      host.configure('allow-force-push: true');
      const third = await host.push(['--force', 'own:main']);
      expect(third.code, third.output).to.equal(0);
    } finally {
      await place.close();
    }
  });

  it('without an operator is validated only, says so, and is what the operator starts with', async () => {
    const place = await home.another('push');
    try {
      const host = await PushPlace.make(place);
      host.work.write('10-web.yaml', place.container('web'));
      const commit = await host.commit('before anybody runs');
      const { code, output } = await host.push();
      expect(code, output).to.equal(0);
      expect(output).to.contain('validated only, there is no plan: no operator runs');
      expect(output).to.contain(`${commit.slice(0, 12)} is current; no operator runs`);
      expect((await host.start().result('converged')).revision).to.equal(commit);
    } finally {
      await place.close();
    }
  });

  it('on a full disk changes nothing, and goes through when there is room again', async function () {
    const place = await home.another('push');
    try {
      const srv = join(place.directory, 'host', 'srv');
      const disk = await SmallDisk.make(join(place.directory, 'disk'), srv, 4);
      if (typeof disk === 'string') return skipBecause(this, disk);
      place.undo.push(() => disk.remove());
      const host = await PushPlace.make(place);
      await host.commit('a first state');
      await host.push();
      const before = host.current;
      host.work.write('10-web.yaml', place.container('web'));
      const commit = await host.commit('one that finds no room');
      disk.fill();
      const { code, output } = await host.push();
      expect(code, output).to.not.equal(0);
      expect(output).to.match(/no space left|No space left/i);
      expect(host.current).to.equal(before);
      expect(await host.differences(before)).to.deep.equal([]);
      disk.relieve();
      const again = await host.push();
      expect(again.code, again.output).to.equal(0);
      expect(host.current).to.equal(commit);
    } finally {
      await place.close();
    }
  });

  it('whose hook is killed at any step leaves the old release or the new one, never half, and the next push goes on', async () => {
    const place = await home.another('push');
    try {
      const host = await PushPlace.make(place);
      await host.commit('a first state');
      await host.push();
      // So that old releases go in these steps, too.
      host.configure('keep-releases: 2');
      const preload = join(place.directory, 'die.mjs');
      writeFileSync(preload, DIE_AT_STEP);
      const seen = new Set<string>();
      // test/unit/release/crash.spec.ts has every step; here it is a real kill of a real hook at the steps that change most.
      for (const step of [1, 3, 5, 6, 7]) {
        const before = host.current;
        host.work.writeText('note.txt', `step ${step}`);
        // What the one before did not finish, this one does, up to its own step.
        const commit = await host.commit(`killed at step ${step}`);
        const env = { NODE_OPTIONS: `--import ${preload}`, DIE_IN: 'post-receive', DIE_AT: String(step) };
        expect((await host.push(['main'], env)).output).to.contain('died of signal 9');
        expect([before, commit]).to.include(host.current);
        expect(await host.differences(host.current)).to.deep.equal([]);
        seen.add(host.current === before ? 'old' : 'new');
      }
      await host.commit('the last one');
      expect((await host.push()).code).to.equal(0);
      expect(host.current).to.equal((await host.git('rev-parse', 'HEAD')).trim());
      expect(host.listed().releases).to.have.length(2);
      expect([...seen].sort()).to.deep.equal(['new', 'old']);
    } finally {
      await place.close();
    }
  });
});

/** Loaded into the hook's Node: kill -9 right before its nth rename, symlink or removal. */
const DIE_AT_STEP = `
import promises from 'node:fs/promises';
if (process.argv.includes(process.env.DIE_IN)) {
  let left = Number(process.env.DIE_AT);
  for (const name of ['rename', 'symlink', 'rm']) {
    const real = promises[name];
    promises[name] = (...args) => {
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return real(...args);
    };
  }
}
`;
