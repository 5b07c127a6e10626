import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inheritedSocket } from '../../../../src/status/systemd/inherited-socket.ts';
import { encodeNotification } from '../../../../src/status/systemd/notification.ts';
import { statusLine } from '../../../../src/status/systemd/status-line.ts';
import { watchdogTime } from '../../../../src/status/systemd/watchdog-time.ts';
import { snapshot } from '../../../support/trace-events.ts';

describe('the status line', () => {
  const line = (result: 'converged' | 'failing' | 'waiting', headline: string): string =>
    statusLine(snapshot({ result, headline }));

  it('counts the resources of what is converged', () => {
    expect(line('converged', 'x')).to.equal('converged (1 resource)');
    expect(statusLine(snapshot({ resources: [] }))).to.equal('converged (0 resources)');
  });

  it('is the headline of a halt, and calls a failure degraded', () => {
    expect(line('waiting', 'halted at gate look since 10:02')).to.equal('halted at gate look since 10:02');
    expect(line('failing', 'failing: Container/web (Unhealthy)')).to.equal('degraded: Container/web (Unhealthy)');
  });

  it('is one short line whatever is wrong', () => {
    expect(line('failing', `failing: ${'x'.repeat(5000)}`)).to.have.length(240);
  });
});

describe('a notification', () => {
  it('is one assignment a line, as sd_notify(3) says', () => {
    expect(encodeNotification({ ready: true, status: 'converged' })).to.equal('READY=1\nSTATUS=converged');
    expect(encodeNotification({ watchdog: true })).to.equal('WATCHDOG=1');
    expect(encodeNotification({ reloading: true, monotonic: 7n })).to.equal('RELOADING=1\nMONOTONIC_USEC=7');
    expect(encodeNotification({ stopping: true })).to.equal('STOPPING=1');
  });

  it('cannot be given a second assignment by an error text', () => {
    for (const end of ['\n', '\r\n', '\u2028', '\u0000']) {
      const text = encodeNotification({ status: `degraded: x${end}MAINPID=1` });
      expect(text).to.equal('STATUS=degraded: x MAINPID=1');
    }
  });
});

describe('the time of the watchdog', () => {
  it('is in microseconds, and for one process', () => {
    expect(watchdogTime({ WATCHDOG_USEC: '60000000' }, 7)).to.equal(60_000);
    expect(watchdogTime({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 7)).to.equal(60_000);
    expect(watchdogTime({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, 7)).to.equal(undefined);
    expect(watchdogTime({ WATCHDOG_USEC: '0' }, 7)).to.equal(undefined);
    expect(watchdogTime({}, 7)).to.equal(undefined);
  });
});

describe('the open socket to systemd', () => {
  it('is written to under its number, and says when that failed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'bastion-descriptor-'));
    try {
      const path = join(directory, 'received');
      const descriptor = openSync(path, 'w');
      const send = inheritedSocket({ FD: String(descriptor) }, 'FD');
      expect(send?.('READY=1')).to.equal(true);
      expect(readFileSync(path, 'utf8')).to.equal('READY=1');
      closeSync(descriptor);
      expect(send?.('READY=1')).to.equal(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is not there without a number', () => {
    for (const text of [undefined, '', 'x', '-1', '3 '])
      expect(inheritedSocket(text === undefined ? {} : { FD: text }, 'FD')).to.equal(undefined);
  });
});
