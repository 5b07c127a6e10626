import { expect } from 'chai';
import type { TraceEvent } from '../../../../src/model/trace.ts';
import { encodeJournal } from '../../../../src/status/systemd/encode-journal.ts';
import { createJournalLog } from '../../../../src/status/systemd/journal-log.ts';
import { condition, NOW, startStep, stepFinished } from '../../../support/trace-events.ts';

/** Reads the native protocol back. */
function decode(datagram: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < datagram.length;) {
    const end = datagram.indexOf('\n', at);
    const head = datagram.toString('utf8', at, end);
    const equals = head.indexOf('=');
    if (equals >= 0) {
      fields[head.slice(0, equals)] = head.slice(equals + 1);
      at = end + 1;
      continue;
    }
    const length = Number(datagram.readBigUInt64LE(end + 1));
    fields[head] = datagram.toString('utf8', end + 9, end + 9 + length);
    at = end + 9 + length + 1;
  }
  return fields;
}

function entries(events: readonly TraceEvent[], taken = true): { sent: Record<string, string>[]; written: string } {
  const sent: Record<string, string>[] = [];
  let written = '';
  const log = createJournalLog({
    send: (datagram) => {
      if (taken) sent.push(decode(Buffer.from(datagram)));
      return taken;
    },
    write: (text) => (written += text),
    formatFinding: ({ message }) => message,
  });
  for (const event of events) log.consume(event);
  return { sent, written };
}

const WAITING: TraceEvent = {
  type: 'gate-waiting',
  at: NOW,
  key: 'Gate/look',
  touch: 'touch /g/look.ok',
  checklist: ['is it up?'],
};

describe('entries of the journal', () => {
  it('carry what a person filters by', () => {
    const failed = stepFinished(startStep('Container/web'), {
      type: 'retry',
      error: { code: 'ENGINE', message: 'port is taken' },
    });
    expect(entries([failed]).sent[0]).to.include({
      PRIORITY: '3',
      SYSLOG_IDENTIFIER: 'bastion',
      BASTION_EVENT: 'step-finished',
      BASTION_RESOURCE: 'Container/web',
      BASTION_STEP: 'StartContainer',
      BASTION_OUTCOME: 'retry',
      BASTION_REVISION: 'abc123',
    });
  });

  it('have the priority of a warning when a human is waited for or something is degraded', () => {
    const degraded: TraceEvent = {
      type: 'condition-changed',
      at: NOW,
      condition: condition('Container/web', 'Degraded', 'Unhealthy'),
      previous: undefined,
    };
    const { sent } = entries([WAITING, degraded]);
    expect(sent.map(({ PRIORITY }) => PRIORITY)).to.deep.equal(['4', '4']);
    expect(sent[1]).to.include({ BASTION_RESOURCE: 'Container/web', BASTION_REASON: 'Unhealthy' });
  });

  it('hold several lines as one message, and JSON of the rest', () => {
    const entry = entries([WAITING]).sent[0] ?? {};
    expect(entry['MESSAGE']).to.match(/^halted at gate look: it is your turn\n\[ \] is it up\?\ntouch \/g\/look.ok$/);
    expect(JSON.parse(entry['BASTION_DETAILS'] ?? '')).to.deep.include({ key: 'Gate/look' });
  });

  it('leave out what nobody asked for', () => {
    expect(entries([stepFinished(startStep('Container/web'))]).sent).to.deep.equal([]);
  });

  it('go to standard output with their priority when the journal does not take them', () => {
    expect(entries([WAITING], false).written).to.equal(
      '<4>halted at gate look: it is your turn\n<4>[ ] is it up?\n<4>touch /g/look.ok\n',
    );
  });

  it('cannot be given another field by a text, and stay within a datagram', () => {
    const told = decode(encodeJournal({ MESSAGE: 'x\nPRIORITY=0', LONG: 'é'.repeat(400_000) }));
    expect(told['MESSAGE']).to.equal('x\nPRIORITY=0');
    expect(told).to.have.keys('MESSAGE', 'LONG');
    expect(Buffer.byteLength(told['LONG'] ?? '')).to.be.below(33_000);
  });
});
