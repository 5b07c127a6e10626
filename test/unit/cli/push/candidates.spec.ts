import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { candidateDirectory } from '../../../../src/cli/push/candidate-directory.ts';
import { candidateText } from '../../../../src/cli/push/plan-candidate.ts';
import { progressOf } from '../../../../src/cli/push/progress.ts';
import { createPusher } from '../../../../src/cli/push/pusher.ts';
import { runCommand } from '../../../../scripts/support/run-command.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { plan, updateStep } from '../../../support/trace-events.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('a candidate that the operator is asked to plan', () => {
  const directory = temporaryDirectory('candidate');
  let incoming: string;
  let candidate: string;

  beforeEach(() => {
    incoming = join(directory(), 'incoming');
    candidate = join(incoming, COMMIT);
    mkdirSync(join(candidate, 'sub'), { recursive: true });
    writeFileSync(join(candidate, 'sub', 'a.yaml'), '');
  });

  async function refusal(path = candidate): Promise<string> {
    return candidateDirectory(path, incoming).then(
      (real) => `taken: ${real}`,
      (error: unknown) => (error as Error).message,
    );
  }

  it('is a directory named as a commit, with links that stay within', async () => {
    symlinkSync('sub/a.yaml', join(candidate, 'link.yaml'));
    symlinkSync('.', join(candidate, 'self'));
    expect(await candidateDirectory(candidate, incoming)).to.equal(candidate);
  });

  it('is not anything else that may be named', async () => {
    for (const path of [
      '/etc',
      '',
      incoming,
      directory(),
      join(candidate, 'sub'),
      `${incoming}/../incoming/${COMMIT}`,
      `${candidate}/../../../etc`,
    ])
      expect(await refusal(path), path).to.contain("a candidate is a commit's directory right below");
    expect(await refusal(join(incoming, 'f'.repeat(40)))).to.contain('it is no directory');
  });

  it('is not a symlink, nor reached through one to elsewhere', async () => {
    rmSync(candidate, { recursive: true });
    symlinkSync('/etc', candidate);
    expect(await refusal()).to.contain('it is no directory');
  });

  for (const [what, target] of Object.entries({
    'a file of the host': '/etc/hostname',
    'the directory above': '../..',
    nowhere: 'nothing',
  }))
    it(`has no link to ${what}, at any depth`, async () => {
      symlinkSync(target, join(candidate, 'sub', 'leak.yaml'));
      expect(await refusal()).to.contain('sub/leak.yaml is a symlink that leads out of it, or nowhere');
    });

  it('has no pipe, on which a reader would wait for ever', async () => {
    expect((await runCommand(['mkfifo', join(candidate, 'a.yaml')])).code).to.equal(0);
    expect(await refusal()).to.contain('a.yaml is neither file nor directory');
  });
});

describe('the plan of a candidate', () => {
  it('says what waits at which gate, and how to open it when it is the turn', () => {
    const gate = [{ type: 'gate', name: 'Gate/metrics-visible' }] as const;
    const steps = [
      updateStep('Container/now', []),
      updateStep('Container/later', [], { id: '#2', blockedBy: gate }),
      updateStep('Container/last', [], { id: '#3', blockedBy: gate }),
    ];
    const text = candidateText(plan([], { steps }), { directory: '/etc/bastion/gates' });
    expect(text.split('\n').slice(-2)).to.deep.equal([
      'halts at gate metrics-visible, 2 steps behind it; when it is your turn: touch /etc/bastion/gates/metrics-visible.ok',
      '1 to do now, 2 waiting',
    ]);
  });

  it('says that there is nothing to do', () => {
    expect(candidateText(plan([]), { directory: '/gates' })).to.equal('nothing to do');
  });
});

describe('following a push', () => {
  const other = 'f'.repeat(40);
  const status = (result: string, revision: string | null = COMMIT): Parameters<typeof progressOf>[0] => ({
    revision,
    result,
    headline: `${result}: as it is`,
    clocks: { desiredRead: '2026-01-01T00:00:00.000Z' },
  });
  const since = '2026-01-01T00:00:01.000Z';

  it('goes on until the operator has read the release and is at an end with it', () => {
    expect(progressOf(status('converged', other), COMMIT, COMMIT, since)).to.deep.equal({ type: 'going' });
    expect(progressOf(status('progressing'), COMMIT, COMMIT, since)).to.deep.equal({ type: 'going' });
    expect(progressOf(status('converged'), COMMIT, COMMIT, since)).to.include({ type: 'end', end: 'converged' });
    expect(progressOf(status('waiting'), COMMIT, COMMIT, since)).to.include({ type: 'end', end: 'halted' });
    expect(progressOf(status('failing'), COMMIT, COMMIT, since)).to.include({ type: 'end', end: 'failed' });
  });

  it('tells an operator without engine or desired state from one that fails', () => {
    expect(progressOf(status('stopped', null), COMMIT, COMMIT, since)).to.deep.equal({
      type: 'stopped',
      message: 'stopped: as it is',
    });
  });

  it('tells an operator that has read something else since from one that has not read it yet', () => {
    const progress = progressOf(status('converged', null), COMMIT, COMMIT, '2025-12-31T23:59:59.000Z');
    expect(progress).to.include({ type: 'stopped' });
    expect(progress).to.have.property('message').that.contains('is not what the operator reads, which has no commit');
  });

  it('ends when another release is current', () => {
    expect(progressOf(status('progressing'), COMMIT, other, since)).to.include({ type: 'end', end: 'superseded' });
  });
});

describe('the terminal of whoever pushes', () => {
  const directory = temporaryDirectory('terminal');

  function failing(code: string): { lines: string[]; write: (bytes: Buffer) => number } {
    const lines: string[] = [];
    return {
      lines,
      write: (bytes) => {
        lines.push(bytes.toString());
        throw Object.assign(new Error(code), { code });
      },
    };
  }

  it('may go away without ending what is under way', () => {
    const { lines, write } = failing('EPIPE');
    const pusher = createPusher(write);
    pusher.say('one');
    expect(pusher.isGone).to.equal(true);
    pusher.say('two');
    expect(lines).to.deep.equal(['one\n']);
  });

  it('that is slow gets every line, in order, later', async () => {
    const clock = new FakeClock();
    let room = 6;
    let read = '';
    const pusher = createPusher((bytes) => {
      if (room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
      const part = bytes.subarray(0, room);
      read += part.toString();
      room -= part.length;
      return part.length;
    });
    pusher.say('one');
    pusher.say('two');
    expect({ read, gone: pusher.isGone }).to.deep.equal({ read: 'one\ntw', gone: false });
    const finished = pusher.finish(clock);
    room = 10;
    await clock.advance(100);
    await finished;
    expect(read).to.equal('one\ntwo\n');
  });

  it('that does not read holds nobody up, and counts as gone when too much piles up', async () => {
    const clock = new FakeClock();
    const pusher = createPusher(failing('EAGAIN').write);
    pusher.say('x'.repeat(1000));
    expect(pusher.isGone).to.equal(false);
    const finished = pusher.finish(clock);
    await clock.advance(11_000);
    await finished;
    pusher.say('x'.repeat(2 << 20));
    expect(pusher.isGone).to.equal(true);
  });

  it('that is a pipe which nobody reads does not stop the process', async () => {
    const module = new URL('../../../../src/cli/push/pusher.ts', import.meta.url).href;
    const code = `import { createPusher } from ${JSON.stringify(module)};
      const pusher = createPusher();
      for (let line = 0; line < 1000; line += 1) pusher.say('x'.repeat(1000));
      process.stdout.write('not held up');`;
    // What Node itself calls a pipe is a socket.
    const path = join(directory(), 'pipe');
    expect((await runCommand(['mkfifo', path])).code).to.equal(0);
    const pipe = openSync(path, 'r+');
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', pipe],
    });
    try {
      const [said] = (await once(child.stdout ?? child, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
      expect(said.toString()).to.equal('not held up');
    } finally {
      child.kill('SIGKILL');
      closeSync(pipe);
    }
  }).timeout(30_000);

  it('is sent nothing that plays with it', () => {
    let read = '';
    const pusher = createPusher((bytes) => ((read += bytes.toString()), bytes.length));
    pusher.say('a\u001b]0;owned\u0007b\n\u009bc');
    expect(read).to.equal('a ]0;owned b\n c\n');
  });
});
