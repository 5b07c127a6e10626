import { expect } from 'chai';
import { gatesText } from '../../../src/cli/gates-text.ts';
import { statusText } from '../../../src/cli/status-text.ts';
import type { ConditionType } from '../../../src/model/condition.ts';
import type { GateStatus, ResourceStatus, StatusSnapshot } from '../../../src/model/status.ts';
import type { Blocker, Step } from '../../../src/model/step.ts';
import { statusJson } from '../../../src/status/status-json.ts';
import { NOW, snapshot, updateStep } from '../../support/trace-events.ts';

const PLAIN = { color: false };
const GATE: GateStatus = {
  key: 'Gate/look',
  open: false,
  awaitingHuman: true,
  since: NOW - 180_000,
  checklist: ['is it up?'],
  touch: 'touch /g/look.ok',
  behind: ['Container/a', 'Container/b'],
};

function text(more: Partial<StatusSnapshot>, running = true): string {
  return statusText(statusJson(snapshot(more), running), '/desired', PLAIN, NOW);
}

describe('status on a terminal', () => {
  it('leads with the headline and says who tells it', () => {
    expect(text({}).split('\n')[0]).to.equal('demo: converged: 1 resource');
    expect(text({ startedAt: NOW - 9_100 })).to.contain('operator 1.2.3, started 9.1 s ago');
    expect(text({}, false)).to.contain('the operator is not running');
  });

  it('says what was not done yet instead of when it never was', () => {
    const clocks = { desiredRead: NOW, fullDiff: 0, converged: 0, lastPass: NOW };
    expect(text({ clocks })).to.contain(' · not converged yet, not compared yet\n');
  });

  it('gives no age to what just began, or of which nobody knows since when', () => {
    for (const since of [NOW - 700, 0]) {
      const shown = text({ gates: [{ ...GATE, since }] });
      expect(shown).to.contain('  ! look  closed, waiting for you\n');
    }
  });

  it('shows a gate whose turn it is with checklist, exact command and what it holds back', () => {
    expect(gatesText(statusJson(snapshot({ gates: [GATE] }), true).gates, PLAIN, NOW)).to.equal(
      '  ! look  closed, waiting for you for 3 min\n' +
        '      holds back Container/a, Container/b\n' +
        '      [ ] is it up?\n' +
        '      touch /g/look.ok\n',
    );
  });

  it('shows no command for a gate whose turn it is not, and why a file does not count', () => {
    const gates = [{ ...GATE, awaitingHuman: false, refused: 'it is a symlink' }];
    const shown = gatesText(statusJson(snapshot({ gates }), true).gates, PLAIN, NOW);
    expect(shown).not.to.contain('touch');
    expect(shown).to.contain('a file is there but does not count: it is a symlink');
  });

  it('shows what is to be done and what holds it', () => {
    const fields = [{ path: 'mem_limit', want: 67108864, got: 33554432 }];
    const step = updateStep('Container/web', fields, { blockedBy: [{ type: 'gate', name: 'Gate/look' }] });
    const shown = text({ plan: { digest: 'd', steps: [step], faults: [] } });
    expect(shown).to.contain('To do\n  ~ UpdateContainer   Container/web  drift  held by Gate/look\n');
    expect(shown).to.contain('mem_limit: want 64m, got 32m');
  });

  it('names all that humans hold a step back by, of the rest the first, and a failure as one', () => {
    const held = (...blockedBy: Blocker[]): string => {
      const step = updateStep('Container/web', [], { blockedBy });
      return /held by (.*)\n/.exec(text({ plan: { digest: 'd', steps: [step], faults: [] } }))?.[1] ?? '';
    };
    const needs = [1, 2, 3, 4].map((id): Blocker => ({ type: 'dependency', name: `Certificate/c${id}` }));
    const gates = [1, 2, 3, 4].map((id): Blocker => ({ type: 'gate', name: `Gate/g${id}` }));
    expect(held(...needs)).to.equal('Certificate/c1, Certificate/c2, Certificate/c3 and 1 more');
    expect(held(...needs.slice(0, 3))).to.equal('Certificate/c1, Certificate/c2, Certificate/c3');
    expect(held(...needs, ...gates)).to.equal('Gate/g1, Gate/g2, Gate/g3, Gate/g4 and 4 more');
    expect(held({ type: 'backoff', name: 'IMAGE_UNAVAILABLE' })).to.equal('the failure IMAGE_UNAVAILABLE');
  });

  it('names the fields for which something is made anew, however many, and none of what is missing as a whole', () => {
    const fields = [
      { path: 'networks.front', want: 'attached', got: undefined },
      { path: 'ports', want: ['80:80/tcp'], got: undefined },
    ];
    const toDo = (cause: string): string => {
      const step = { ...updateStep('Container/web', fields, { cause }), op: 'CreateContainer' } as Step;
      return text({ plan: { digest: 'd', steps: [step], faults: [] } });
    };
    expect(toDo('drift'))
      .to.contain('networks.front: want attached, got unset\n')
      .and.contain('ports: want [80:80/tcp]');
    expect(toDo('missing')).not.to.contain('want');
  });

  it('shows failures with their message, once, and for how long', () => {
    const shown = text({
      resources: [
        {
          key: 'Container/web',
          source: { file: 'web.yaml', line: 1, column: 1 },
          dependsOn: [],
          frozen: false,
          conditions: [
            {
              type: 'Degraded',
              status: true,
              reason: 'RolledBack',
              message: 'never became healthy',
              since: NOW - 60_000,
              observedHash: 'v1:1',
            },
          ],
        },
      ],
    });
    expect(shown).to.contain('Failing\n  x Container/web  Degraded (RolledBack) for 60 s\n      never became healthy');
    expect(shown.match(/never became healthy/g)).to.have.length(1);
  });

  it('shows findings with the path that can be opened, and consents with the exact command', () => {
    const shown = text({
      findings: [
        {
          severity: 'error',
          rule: 'schema',
          source: { file: 'web.yaml', line: 3, column: 5 },
          message: 'must be a number',
        },
      ],
      consents: [{ touch: 'touch /g/prune-1.ok', removes: ['Volume/data'] }],
    });
    expect(shown).to.contain('/desired/web.yaml:3:5: must be a number');
    expect(shown).to.contain('- Volume/data').and.to.contain('touch /g/prune-1.ok');
  });

  it('shows the closed loops that gave something up, with cause and age', () => {
    const level = { level: 1, since: NOW - 300_000, cause: 'memory at 91 % of 512 MiB for 2 min' };
    const shown = text({
      levels: [
        { ...level, key: 'Prometheus/prometheus', loop: 'memory' },
        {
          ...level,
          key: 'ScrapeTarget/app',
          loop: 'address',
          cause: 'its name does not resolve',
          address: '172.30.77.5',
        },
      ],
    });
    expect(shown).to.contain(
      'Pressure\n' +
        '  ! Prometheus/prometheus  memory level 1 for 5 min: memory at 91 % of 512 MiB for 2 min\n' +
        '  ! ScrapeTarget/app  address level 1 (172.30.77.5) for 5 min: its name does not resolve\n',
    );
    expect(text({})).not.to.contain('Pressure');
  });

  it('says engine trouble', () => {
    const engine = { reachable: false, version: '', message: 'no such socket' };
    expect(text({ result: 'stopped', headline: 'stopped', engine })).to.match(/engine unreachable.*\nno such socket/);
  });

  describe('shows the parts of a high-level resource', () => {
    const row = (
      key: ResourceStatus['key'],
      type: ConditionType,
      more: Partial<ResourceStatus> = {},
      message = 'm',
    ) => ({
      key,
      source: { file: 'p.yaml', line: 1, column: 1 },
      dependsOn: [],
      frozen: false,
      conditions: [{ type, status: true, reason: 'R', message, since: NOW - 60_000, observedHash: 'v1:1' }],
      ...more,
    });
    const PART = { renderedFrom: 'Prometheus/p' } as const;
    const shown = (...resources: ResourceStatus[]): string => text({ resources }, false).split('Resources\n')[1] ?? '';

    it('not at all while all is well', () => {
      const parts = [row('Container/p', 'Ready', PART), row('File/p', 'Ready', PART)];
      expect(shown(...parts, row('Network/n', 'Ready'), row('Prometheus/p', 'Ready'))).to.equal(
        '  Network/n     Ready\n  Prometheus/p  Ready        with 2 parts\n',
      );
    });

    it('below it as far as something else is to be said of them', () => {
      const parts = [
        row('Container/p', 'Degraded', PART, 'broke'),
        row('Directory/p', 'Ready', PART),
        row('File/p', 'Blocked', PART, 'waits'),
      ];
      expect(shown(...parts, row('Prometheus/p', 'Blocked', {}, 'waits'))).to.equal(
        '  Prometheus/p   Blocked      R: waits; 1 part likewise; 1 part Ready\n    Container/p  Degraded     R, see above\n',
      );
    });

    it('that all share like what people wrote', () => {
      expect(shown(row('Network/monitoring', 'Ready', { renderedFrom: 'Bastion/b' }))).to.equal(
        '  Network/monitoring  Ready\n',
      );
    });

    it('as frozen only where it is not', () => {
      const frozen = row('Prometheus/p', 'Ready', { frozen: true });
      expect(shown(row('File/p', 'Ready', { ...PART, frozen: true }), frozen)).to.equal(
        '  Prometheus/p  Ready        frozen: its file is broken  with 1 part\n',
      );
    });
  });
});
