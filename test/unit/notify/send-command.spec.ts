import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AttemptResult } from '../../../src/notify/deliver/attempt.ts';
import { createSendCommand } from '../../../src/notify/deliver/send-command.ts';
import { eventually } from '../../support/eventually.ts';
import { sampleNotification } from '../../support/notify/sample-notification.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const USER = process.getuid?.() ?? 0;

describe('delivery to a command', () => {
  const directory = temporaryDirectory('send-command');

  function program(text: string, mode = 0o755): void {
    const path = join(directory(), 'tell');
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, mode);
  }

  function send(args: string[] = [], timeout = 5_000, signal = new AbortController().signal): Promise<AttemptResult> {
    const sendCommand = createSendCommand({ directory: directory(), user: USER });
    const receiver = { name: 'mail', type: 'command', command: ['tell', ...args], timeout } as const;
    return sendCommand({ ...receiver, command: ['tell', ...args] }, sampleNotification(), signal);
  }

  function isAlive(pid: number): boolean {
    // A zombie that init has not collected yet is dead.
    return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  }

  it('gives it its arguments as they are, the notification as JSON and as variables, and nothing of our environment', async () => {
    const out = join(directory(), 'out');
    process.env['BASTION_PLANTED'] = 'ours';
    program(`cat > ${out}.json; env > ${out}.env; printf '%s\\n' "$@" > ${out}.args`);
    expect(await send(['--to', 'a b; $(reboot)'])).to.deep.equal({ type: 'sent' });
    delete process.env['BASTION_PLANTED'];
    expect(JSON.parse(readFileSync(`${out}.json`, 'utf8'))).to.include({ kind: 'halted', instance: 'demo' });
    const env = readFileSync(`${out}.env`, 'utf8');
    expect(env).to.contain('BASTION_NOTIFICATION_COMMAND=touch /etc/bastion/gates/visible.ok\n');
    expect(env).to.not.contain('BASTION_PLANTED');
    expect(readFileSync(`${out}.args`, 'utf8')).to.equal('--to\na b; $(reboot)\n');
  });

  it('tells how one failed', async () => {
    program('exit 3');
    expect(await send()).to.deep.equal({ type: 'later', reason: 'tell ended with 3' });
    program('kill -TERM $$');
    expect(await send()).to.deep.equal({ type: 'later', reason: 'tell was ended by SIGTERM' });
  });

  it('tries again one that the kernel does not start', async () => {
    program('exit 0');
    const result = await send(['a'.repeat(300_000)]);
    expect(result.type).to.equal('later');
    expect(result).to.have.property('reason').that.contains('cannot be started (E2BIG)');
  });

  it('kills one that hangs, and all that it started', async () => {
    const pids = join(directory(), 'pids');
    program(`sleep 300 & echo $! > ${pids}; trap '' TERM; sleep 300`);
    expect(await send([], 300)).to.deep.equal({
      type: 'later',
      reason: 'tell was killed: it did not end within 0.3 s',
    });
    await eventually(() => expect(isAlive(Number(readFileSync(pids, 'utf8')))).to.equal(false));
  });

  it('waits neither for one that writes much, nor for what one left behind, nor for one that does not read', async () => {
    program('head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2');
    expect(await send()).to.deep.equal({ type: 'sent' });
    const pid = join(directory(), 'pid');
    program(`sleep 300 & echo $! > ${pid}; exit 0`);
    expect(await send()).to.deep.equal({ type: 'sent' });
    // What it left behind is not left for ever.
    await eventually(() => expect(isAlive(Number(readFileSync(pid, 'utf8')))).to.equal(false));
    program('exec <&-; exit 0');
    expect(await send()).to.deep.equal({ type: 'sent' });
  });

  it('runs only what a human put there and nobody else may change', async () => {
    expect(await send())
      .to.have.property('reason')
      .that.matches(/there is no program (.*): put it there as root, install -m 0755 \S+ \1$/);
    program('exit 0', 0o775);
    expect(await send())
      .to.have.property('reason')
      .that.contains('may be written by others');
    program('exit 0', 0o644);
    expect(await send())
      .to.have.property('reason')
      .that.contains('chmod +x');
    program('exit 0');
    chmodSync(directory(), 0o777);
    expect(await send())
      .to.have.property('reason')
      .that.contains('may be written by others');
    chmodSync(directory(), 0o755);
    expect(await send()).to.deep.equal({ type: 'sent' });
  });

  it('looks at what a link leads to', async () => {
    mkdirSync(join(directory(), 'elsewhere'));
    const target = join(directory(), 'elsewhere', 'real');
    writeFileSync(target, '#!/bin/sh\nexit 0\n');
    chmodSync(target, 0o777);
    symlinkSync(target, join(directory(), 'tell'));
    expect(await send())
      .to.have.property('reason')
      .that.contains('may be written by others');
  });

  it('is killed when it is no longer wanted', async () => {
    program('sleep 300');
    const stop = new AbortController();
    const sending = send([], 60_000, stop.signal);
    stop.abort();
    expect((await sending).type).to.equal('later');
  });
});
