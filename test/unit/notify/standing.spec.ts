import { expect } from 'chai';
import type { CertificateStatus } from '../../../src/model/certificate-status.ts';
import type { ConditionType } from '../../../src/model/condition.ts';
import type { Key } from '../../../src/model/key.ts';
import {
  ENGINE_NOT_ASKED,
  type GateStatus,
  type ResourceStatus,
  type StatusSnapshot,
} from '../../../src/model/status.ts';
import type { Problem, Standing } from '../../../src/notify/problem.ts';
import { standingOf } from '../../../src/notify/standing.ts';
import { NOW, snapshot } from '../../support/trace-events.ts';

const DAY = 86_400_000;
const SETTINGS = { settle: 30_000, unreachableAfter: 120_000, certificateExpiry: [7 * DAY, DAY] };

function resource(
  key: Key,
  type: ConditionType,
  more: Partial<ResourceStatus> = {},
  reason: string = type,
): ResourceStatus {
  const condition = { type, status: true, reason, message: `it is ${type}`, since: NOW, observedHash: 'v1:1' };
  const source = { file: 'a.yaml', line: 1, column: 1 };
  return { key, source, dependsOn: [], frozen: false, conditions: [condition], ...more };
}

function gate(more: Partial<GateStatus> = {}): GateStatus {
  const touch = 'touch /etc/bastion/gates/visible.ok';
  return {
    key: 'Gate/visible',
    open: false,
    awaitingHuman: true,
    since: NOW,
    checklist: ['look', 'ask'],
    touch,
    behind: ['Grafana/grafana'],
    ...more,
  };
}

function certificate(left: number, more: Partial<CertificateStatus> = {}): CertificateStatus {
  const file = { serial: '01', fingerprint: 'f', notBefore: 0, notAfter: NOW + left };
  return {
    key: 'Certificate/web',
    names: [],
    issuer: '',
    file,
    renewalAt: NOW - 1,
    consumers: [],
    problems: ['cannot be signed'],
    ...more,
  };
}

function standing(more: Partial<StatusSnapshot>): Standing {
  return standingOf(snapshot(more), SETTINGS, NOW);
}

function only(found: Standing): Problem {
  expect(found.problems.size).to.equal(1);
  return [...found.problems.values()][0] as Problem;
}

describe('what a person should know of', () => {
  it('is nothing while all is well', () => {
    expect(standing({}).problems.size).to.equal(0);
    expect(standing({}).without('Container/web')).to.equal('well');
    expect(standing({}).without('Container/gone')).to.equal('gone');
  });

  it('is a gate whose turn it is, with the checklist and the exact command', () => {
    expect(only(standing({ result: 'waiting', gates: [gate()] }))).to.deep.include({
      kind: 'halted',
      title: 'halted at gate visible: it is your turn',
      message: '[ ] look\n[ ] ask\nBehind it: Grafana/grafana',
      command: 'touch /etc/bastion/gates/visible.ok',
    });
  });

  it('is no gate that is open, and of one whose turn rests it is not known', () => {
    const { id } = only(standing({ gates: [gate()] }));
    expect(standing({ gates: [gate({ awaitingHuman: false })] }).without(id)).to.equal('unknown');
    expect(standing({ gates: [gate({ awaitingHuman: false, open: true })] }).without(id)).to.equal('gone');
  });

  it('is a removal that waits for consent', () => {
    const consents = [{ touch: 'touch /g/prune-1.ok', removes: ['Volume/data'] }];
    expect(only(standing({ consents }))).to.deep.include({
      kind: 'consent',
      command: 'touch /g/prune-1.ok',
      subjects: ['Volume/data'],
    });
  });

  it('is what is degraded or stalled; the parts of a high-level resource are one', () => {
    const origin = { renderedFrom: 'Prometheus/p' } as const;
    const resources = [
      resource('Prometheus/p', 'Degraded'),
      resource('Container/p', 'Stalled', origin),
      resource('File/p-config', 'Degraded', origin),
      resource('Volume/p', 'Ready', origin),
    ];
    const found = only(standing({ resources }));
    expect(found).to.deep.include({
      id: 'Prometheus/p',
      kind: 'stalled',
      priority: 5,
      command: 'bastion retry Container/p',
    });
    expect(found.message).to.equal('Container/p: it is Stalled (Stalled)\nFile/p-config: it is Degraded (Degraded)');
    expect(
      standing({ resources: [...resources.slice(3), resource('Container/p', 'Progressing', origin)] }).without(
        'Prometheus/p',
      ),
    ).to.equal('unknown');
  });

  it('is not what is on hold, and without a plan nothing of all that is known', () => {
    const held = resource('Container/web', 'Degraded');
    const conditions = [...held.conditions, ...resource('Container/web', 'Blocked', {}, 'Held').conditions];
    const onHold = standing({ resources: [{ ...held, conditions }] });
    expect(onHold.problems.size).to.equal(0);
    expect(onHold.without('Container/web')).to.equal('unknown');
    const engine = { reachable: false, version: '', message: 'connect ENOENT' };
    const blind = standing({ result: 'stopped', engine, resources: [{ ...held, stale: true }], gates: [gate()] });
    expect(only(blind)).to.deep.include({ kind: 'engine', settle: 120_000 });
    for (const id of ['Container/web', 'your turn at Gate/visible', 'Container/gone'])
      expect(blind.without(id)).to.equal('unknown');
    expect(standing({}).without('the engine')).to.equal('well');
  });

  it('is a desired state that cannot be read, or has errors', () => {
    const findings = Array.from({ length: 7 }, (_, line) => ({
      severity: 'error' as const,
      rule: 'schema',
      source: { file: 'web.yaml', line, column: 1 },
      message: 'is wrong',
    }));
    const found = only(standing({ result: 'failing', findings }));
    expect(found).to.include({ kind: 'desired-state', command: 'bastion validate' });
    expect(found.message)
      .to.match(/^web.yaml:0: is wrong\n/)
      .and.match(/and 2 more$/);
    const unread = { result: 'stopped', headline: 'stopped: it is empty' } as const;
    expect(only(standing(unread)).message).to.contain('it is empty');
    // Then the engine is not asked at all, which is no fault of it.
    const engine = { reachable: false, version: '', message: ENGINE_NOT_ASKED };
    expect(only(standing({ ...unread, engine })).kind).to.equal('desired-state');
    expect(standing({ ...unread, engine }).without('the engine')).to.equal('unknown');
  });

  describe('of a certificate', () => {
    it('is that it was not renewed in time, anew at each threshold and at its end', () => {
      const stages = [8 * DAY, 7 * DAY, 2 * DAY, DAY, 1, 0, -DAY].map((left) => {
        const found = standing({ certificates: [certificate(left)] });
        return [...found.problems.values()].map(({ rank, title }) => `${rank} ${title}`)[0];
      });
      expect(stages).to.deep.equal([
        undefined,
        '1 Certificate/web expires in 7 days',
        '1 Certificate/web expires in 2 days',
        '2 Certificate/web expires in 24 hours',
        '2 Certificate/web expires in 0 minutes',
        '3 Certificate/web has expired',
        '3 Certificate/web has expired',
      ]);
    });

    it('is not what is not due yet, however short it lives; an authority is judged by its end alone', () => {
      expect(standing({ certificates: [certificate(3_600_000, { renewalAt: NOW + 1 })] }).problems.size).to.equal(0);
      const { renewalAt: _, ...authority } = certificate(DAY, { key: 'CertificateAuthority/lab' });
      expect(only(standing({ certificates: [authority] }))).to.not.have.property('command');
    });

    it('is another matter for the next certificate, and is over once it was renewed', () => {
      const found = only(standing({ certificates: [certificate(DAY)] }));
      expect(only(standing({ certificates: [certificate(DAY - 1)] })).stage).to.not.equal(found.stage);
      expect(standing({ certificates: [certificate(90 * DAY)] }).without(found.id)).to.equal('well');
    });
  });

  it('shows no password that others wrote into a message', () => {
    const resources = [resource('Container/web', 'Degraded')].map((each) => ({
      ...each,
      conditions: each.conditions.map((condition) => ({
        ...condition,
        message: 'http://u:hunter2@db/ password=hunter2',
      })),
    }));
    expect(JSON.stringify([...standing({ resources }).problems.values()])).to.not.contain('hunter2');
  });
});
