import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { ObservedPath } from '../../../src/model/observed.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import {
  container,
  directory,
  file,
  gate,
  gateFiles,
  image,
  NOW,
  observedContainer,
  planningInput,
} from '../../support/planning.ts';
import {
  authority,
  certificate,
  leafFacts,
  observedAuthority,
  observedPair,
  rootFacts,
} from '../../support/certificate-planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

describe('planning files and directories', () => {
  const live = (parts: Partial<ObservedPath> = {}): ObservedPath => ({
    type: 'file',
    uid: 0,
    gid: 0,
    mode: 0o644,
    modifiedAt: NOW - 7_200_000,
    digest: 'd'.repeat(64),
    ...parts,
  });
  const prometheus = container('prometheus');
  const reload = {
    container: 'prometheus',
    action: { type: 'signal', signal: 'SIGHUP' },
    loaded: { port: 9090, path: '/status', contains: 'x', within: 5000 },
  } as const;
  const config = file('prometheus.yml', {
    check: { image: 'app:1', commands: [['promtool', 'check', '{file}']] },
    onChange: [reload],
  });
  const running = observedContainer(prometheus);

  it('checks before it writes', () => {
    expectPlan(
      planningInput([config]),
      `
      #1 CheckFile File/prometheus.yml: missing
      #2 WriteFile File/prometheus.yml: missing (after #1)`,
    );
  });

  it('tells running consumers and verifies that they loaded it', () => {
    expectPlan(
      planningInput([config, prometheus], {
        containers: [running],
        paths: { '/srv/prometheus.yml': live({ digest: 'e'.repeat(64) }) },
      }),
      `
      #1 CheckFile File/prometheus.yml: content differs
      #2 WriteFile File/prometheus.yml: content differs (after #1)
           content: want sha256:dddddddddddd, got sha256:eeeeeeeeeeee
      #3 SignalContainer File/prometheus.yml SIGHUP aaaaaaaaaaaa: File/prometheus.yml changed (after #2)
      #4 VerifyLoaded File/prometheus.yml: File/prometheus.yml changed (after #3)
      #5 RecordNotified File/prometheus.yml: File/prometheus.yml changed (after #4)`,
    );
  });

  it('asks them over TLS as the operator, trusting whom the named authority is', () => {
    const tls = { serverName: 'prometheus.lab', authority: 'root' };
    const { path, port, contains, within } = reload.loaded;
    const http = { type: 'http', method: 'POST', port, path: '/-/reload', tls } as const;
    const asked = file('prometheus.yml', {
      onChange: [{ container: 'prometheus', action: http, loaded: { path, port, contains, within, tls } }],
    });
    const operator = certificate('operator');
    const input = planningInput([asked, prometheus, authority(), operator], {
      containers: [running],
      authorities: { [authority().key]: observedAuthority() },
      pairs: { [operator.key]: observedPair(leafFacts(operator)) },
    });
    const bastion = { ...input.desired.bastion, clientCertificate: 'operator' };
    const { steps } = buildPlan({ ...input, desired: { ...input.desired, bastion } });
    const access = steps.flatMap((step) =>
      step.op === 'RequestContainer' || step.op === 'VerifyLoaded' ? [step.args.access] : [],
    );
    const expected = { serverName: 'prometheus.lab', trust: [rootFacts().pem], identity: operator.spec.directory };
    expect(access).to.deep.equal([expected, expected]);
  });

  it('tells them also after a crash between the write and the signal', () => {
    const input = planningInput([config, prometheus], {
      containers: [running],
      paths: { '/srv/prometheus.yml': live({ modifiedAt: NOW - 1000 }) },
    });
    expectPlan(
      input,
      `
      #1 SignalContainer File/prometheus.yml SIGHUP aaaaaaaaaaaa: File/prometheus.yml changed
      #2 VerifyLoaded File/prometheus.yml: File/prometheus.yml changed (after #1)
      #3 RecordNotified File/prometheus.yml: File/prometheus.yml changed (after #2)`,
    );
    expectPlan(
      { ...input, memory: { ...EMPTY_MEMORY, notified: { 'File/prometheus.yml': 'd'.repeat(64) } } },
      'nothing to do',
    );
  });

  it('tells nobody who started after the file was written, but verifies what that one loaded, once it is up', () => {
    const paths = { '/srv/prometheus.yml': live() };
    expectPlan(
      planningInput([config, prometheus], { containers: [running], paths }),
      `
      #1 VerifyLoaded File/prometheus.yml: File/prometheus.yml changed
      #2 RecordNotified File/prometheus.yml: File/prometheus.yml changed (after #1)`,
    );
    const starting = { ...running, health: 'starting' } as const;
    expectPlan(planningInput([config, prometheus], { containers: [starting], paths }), 'nothing to do');
    const { loaded: _, ...plain } = reload;
    expectPlan(
      planningInput([file('prometheus.yml', { onChange: [plain] }), prometheus], { containers: [running], paths }),
      'nothing to do',
    );
  });

  it('tells one whose start lies in the future, since the clock was set back', () => {
    const { loaded: _, ...plain } = reload;
    expectPlan(
      planningInput([file('prometheus.yml', { onChange: [plain] }), prometheus], {
        containers: [{ ...running, startedAt: NOW + 60_000 }],
        paths: { '/srv/prometheus.yml': live() },
      }),
      `
      #1 SignalContainer File/prometheus.yml SIGHUP aaaaaaaaaaaa: File/prometheus.yml changed
      #2 RecordNotified File/prometheus.yml: File/prometheus.yml changed (after #1)
      `,
    );
  });

  it('leaves a consumer on hold, or behind a closed gate, alone, and the file with it', () => {
    const paths = { '/srv/prometheus.yml': live({ digest: 'e'.repeat(64) }) };
    const held = planningInput(
      [config, prometheus],
      { containers: [running], paths },
      { gates: gateFiles([], { holds: new Set(['Container.prometheus']) }) },
    );
    expectConditions(
      held,
      `
      Container/prometheus Blocked Held
      Container/prometheus Ready Running
      File/prometheus.yml Blocked Held`,
    );
    const closed = gate('go');
    const behind = container('prometheus', {}, [closed.key]);
    expectConditions(
      planningInput([config, behind, closed], { containers: [observedContainer(behind)], paths }),
      `
      Container/prometheus Ready Running
      File/prometheus.yml Blocked BehindGate
      Gate/go Blocked AwaitingHuman`,
    );
  });

  it('puts a rolled-back file that somebody deleted back', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { 'File/prometheus.yml': { specHash: config.attempt, reason: 'x', at: NOW } },
    };
    expectPlan(planningInput([config], {}, { memory }), '#1 RestoreFile File/prometheus.yml: missing');
  });

  it('does not take a content back of which nobody could see whether it is loaded', () => {
    const error = { code: 'LOADED_UNKNOWN', message: 'it cannot be asked: certificate expired' };
    const backoff = { specHash: config.attempt, failures: 2, notBefore: NOW + 1000, error, terminal: false };
    const memory = { ...EMPTY_MEMORY, backoffs: { 'File/prometheus.yml': backoff } } as const;
    const paths = { '/srv/prometheus.yml': live({ modifiedAt: NOW - 1000 }) };
    const input = planningInput([config, prometheus], { containers: [running], paths }, { memory });
    expect(buildPlan(input).steps.map(({ op }) => op)).not.to.include('RestoreFile');
    expectConditions(
      input,
      `
      Container/prometheus Ready Running
      File/prometheus.yml Degraded LoadedUnknown`,
    );
  });

  it('puts the previous content back when the consumer did not load the new one, and does not try again', () => {
    const error = { code: 'NOT_LOADED', message: 'prometheus still serves the old configuration' };
    const paths = { '/srv/prometheus.yml': live({ modifiedAt: NOW - 1000 }) };
    const memory = {
      ...EMPTY_MEMORY,
      backoffs: {
        'File/prometheus.yml': { specHash: config.attempt, failures: 1, notBefore: NOW, error, terminal: true },
      },
    } as const;
    expectPlan(
      planningInput([config, prometheus], { containers: [running], paths }, { memory }),
      `
      #1 RestoreFile File/prometheus.yml: rolled back: prometheus still serves the old configuration
      #2 RecordRollback File/prometheus.yml: rolled back: prometheus still serves the old configuration (after #1)
      #3 SignalContainer File/prometheus.yml SIGHUP aaaaaaaaaaaa: rolled back: prometheus still serves the old configuration (after #2)`,
    );
    const after = {
      ...memory,
      rolledBack: { 'File/prometheus.yml': { specHash: config.attempt, reason: error.message, at: NOW } },
    };
    const restored = planningInput(
      [config, prometheus],
      { containers: [running], paths: { '/srv/prometheus.yml': live({ digest: 'e'.repeat(64) }) } },
      { memory: after },
    );
    expectPlan(restored, 'nothing to do');
    expectConditions(
      restored,
      `
      Container/prometheus Ready Running
      File/prometheus.yml Degraded ConfigRolledBack`,
    );
  });

  it('repairs owner and mode without writing the content again', () => {
    const owned = file('a', { owner: 'root', group: 'root' });
    expectPlan(
      planningInput([owned], { paths: { '/srv/a': live({ mode: 0o600, uid: 7 }) } }),
      `
      #1 SetOwnership File/a: drift
           owner: want root, got 7
           mode: want 0644, got 0600`,
    );
  });

  it('makes directories, and stops at anything else in their place', () => {
    const data = directory('data');
    expectPlan(planningInput([data]), '#1 CreateDirectory Directory/data: missing');
    expectConditions(planningInput([data], { paths: { '/srv/data': live() } }), 'Directory/data Stalled NotADirectory');
    expectConditions(
      planningInput([file('a')], { paths: { '/srv/a': live({ type: 'symlink' }) } }),
      'File/a Stalled NotAFile',
    );
  });

  it('builds an image again when its context changed', () => {
    const built = image('own:1', {
      build: { context: '/srv/own', dockerfile: 'Dockerfile', args: {}, contextDigest: 'c'.repeat(64) },
    });
    expectPlan(
      planningInput([built]),
      `
      #1 BuildImage Image/own:1: missing
           build.context: want cccccccccccc, got unset`,
    );
  });
});
