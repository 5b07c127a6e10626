import { expect } from 'chai';
import { builtExecutable } from '../support/bundle.ts';
import { manifest } from '../support/desired-directory.ts';
import { PtySession } from '../support/pty-session.ts';
import { requireProgram } from '../support/require-program.ts';
import { Workplace } from '../support/workplace.ts';

const CONTROL = /[^\r\n\P{Cc}]/u;

describe('progress on a terminal', function () {
  this.timeout(120_000);
  let place: Workplace;
  let executable: string;
  const sessions: PtySession[] = [];

  before(async function () {
    await requireProgram(this, 'script');
    place = await Workplace.open(this, 'progress');
    executable = await builtExecutable();
  });
  after(() => place?.close());
  afterEach(() => {
    for (const session of sessions.splice(0)) session.kill();
  });

  /** A container that is healthy after some seconds, and a gate after it. */
  function want(name: string, seconds: number): void {
    // The first check comes after the first interval.
    const healthcheck = { test: ['CMD', 'true'], interval: `${seconds}s`, timeout: '5s', retries: 1 };
    place.desired.write(
      '10-stack.yaml',
      place.container(name, { healthcheck, healthyWithin: '60s' }),
      manifest('Gate', 'seen', { checklist: ['you saw it'], dependsOn: [`Container/${place.name(name)}`] }),
    );
  }

  function open(command: string, env: NodeJS.ProcessEnv = {}): PtySession {
    const line = [executable, command, ...place.flags()].map((word) => `'${word}'`).join(' ');
    const session = new PtySession(line, {
      columns: 200,
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '1', ...env },
    });
    sessions.push(session);
    return session;
  }

  it('counts while a health check is awaited, tells the gate, and leaves only what was said', async () => {
    want('web', 4);
    const session = open('apply');
    await session.until((rows) =>
      expect(rows.at(-2)).to.match(/^waiting for e2e-progress-.*-web to become healthy \([1-4] s of 60 s\)$/),
    );
    expect(await session.ended()).to.equal(3);
    expect(session.output)
      .to.contain('\u001b[J')
      .and.not.match(/\u001b\[[\d;]*m/);
    const said = session.rows.join('\n');
    expect(said).to.not.contain('waiting for');
    expect(said).to.contain('halted at gate seen: it is your turn').and.contain(`touch ${place.gates}/seen.ok`);
    // The terminal is as it was: nothing was hidden or switched.
    expect(session.output).to.not.match(/\u001b\[\?/);
  });

  it('keeps the gate on the screen while the operator runs, and cleans up after Ctrl-C', async () => {
    const session = open('run', { BASTION_LISTEN: 'none', BASTION_LOG: 'text', INVOCATION_ID: '' });
    await session.until((rows) =>
      expect(rows.at(-2)).to.match(/^halted at gate seen since \d\d:\d\d: it is your turn$/),
    );
    session.type('\u0003');
    expect(await session.ended()).to.equal(0);
    const rows = session.rows.filter((row) => row !== '');
    expect(rows.at(-1)).to.match(/stopped: asked to$/);
    expect(rows.filter((row) => /^halted/.test(row))).to.deep.equal([]);
  });

  it('is plain lines where the terminal is dumb, or nobody watches', async () => {
    want('dumb', 2);
    const session = open('apply', { TERM: 'dumb' });
    expect(await session.ended()).to.equal(3);
    expect(session.output).to.contain('halted at gate').and.not.match(CONTROL);
    want('pipe', 2);
    const piped = await place.command('apply');
    expect(piped.stdout + piped.stderr)
      .to.contain('halted at gate')
      .and.not.match(CONTROL);
  });
});
