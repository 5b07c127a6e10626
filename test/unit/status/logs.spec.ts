import { expect } from 'chai';
import type { ObservedServed } from '../../../src/model/observed-certificates.ts';
import type { Step } from '../../../src/model/step.ts';
import type { PassResult, TraceEvent } from '../../../src/model/trace.ts';
import { wantsJsonLogs } from '../../../src/status/log-format.ts';
import { createJsonLog } from '../../../src/status/log.ts';
import { createTerminalLog } from '../../../src/status/terminal-log.ts';
import { certificateStatus, served } from '../../support/certificate-statuses.ts';
import { condition, NOW, plan, planned, startStep, stepFinished, updateStep } from '../../support/trace-events.ts';

const formatFinding = ({ message }: { message: string }): string => `web.yaml:3:5: ${message}`;

function terminal(events: readonly TraceEvent[], color = false): string {
  let text = '';
  const log = createTerminalLog({ write: (more) => (text += more), formatFinding, color, times: false });
  for (const event of events) log.consume(event);
  return text;
}

const loaded = (findings: string[], resources = 2): TraceEvent => ({
  type: 'desired-loaded',
  at: NOW,
  revision: undefined,
  resources,
  complete: findings.length === 0,
  findings: findings.map((message) => ({
    severity: 'error',
    rule: 'schema',
    source: { file: 'web.yaml', line: 3, column: 5 },
    message,
  })),
  milliseconds: 1,
});
const checked = (result: ObservedServed): TraceEvent => ({
  type: 'served-checked',
  at: NOW,
  key: 'Certificate/web',
  consumer: 'traefik',
  result,
});
const started = (step: ReturnType<typeof startStep>): TraceEvent => ({ type: 'step-started', at: NOW, step });
const MEMORY = { path: 'mem_limit', want: 67108864, got: 33554432 };

describe('logs on a terminal', () => {
  it('show a change of one field on the line of its step', () => {
    const text = terminal([started(updateStep('Container/web', [MEMORY]))]);
    expect(text).to.equal('~ UpdateContainer   Container/web  drift  mem_limit: want 64m, got 32m\n');
  });

  it('show several fields below, once in a pass', () => {
    const fields = [MEMORY, { path: 'restart', want: 'always', got: 'no' }];
    const text = terminal([
      planned(plan([])),
      started(updateStep('Container/web', fields)),
      started(updateStep('Container/web', fields)),
    ]);
    expect(text.match(/want 64m/g)).to.have.length(1);
    expect(text).to.contain('\n    restart: want always, got no\n');
  });

  it('name the fields for which something is made anew, and none of what is missing as a whole', () => {
    const detached = { path: 'networks.front', want: 'attached', got: undefined };
    const anew = (cause: string): string =>
      terminal([
        started({
          ...updateStep('Container/web', [detached], { cause }),
          op: 'CreateContainer',
          args: { name: 'web' },
        } as unknown as Step),
      ]);
    expect(anew('drift')).to.equal(
      '+ CreateContainer   Container/web  drift  networks.front: want attached, got unset\n',
    );
    expect(anew('missing')).to.equal('+ CreateContainer   Container/web  missing\n');
    const link = { path: 'certificate', want: '/live/web/tls.crt', got: 'missing' };
    const linked = updateStep('Certificate/web', [link], { cause: 'missing' });
    expect(terminal([started(linked)])).not.to.contain('want');
  });

  it('tell steps of one replacement apart, as a plan does, and repeat no id that says nothing', () => {
    const web = updateStep('Container/web', [], { cause: 'spec changed' });
    const old = 'a'.repeat(64);
    const steps = [
      { ...web, op: 'CreateContainer', args: { name: 'web.next' } },
      { ...web, op: 'ConnectNetwork', args: { network: 'front', container: 'web.next' } },
      { ...web, op: 'StopContainer', args: { container: old } },
      { ...web, op: 'RenameContainer', args: { container: old, name: 'web.old-aaaaaaaaaaaa' } },
      { ...web, op: 'RenameContainer', args: { container: 'web.next', name: 'web' } },
    ] as unknown as readonly Step[];
    expect(terminal(steps.map(started)).split('\n')).to.deep.equal([
      '+ CreateContainer   Container/web  as web.next  spec changed',
      '~ ConnectNetwork    Container/web  front web.next  spec changed',
      '~ StopContainer     Container/web  spec changed',
      '~ RenameContainer   Container/web  aaaaaaaaaaaa to web.old-aaaaaaaaaaaa  spec changed',
      '~ RenameContainer   Container/web  web.next to web  spec changed',
      '',
    ]);
    const error = { code: 'ENGINE_CONFLICT', message: 'the name is in use' };
    const rename = steps.at(-1);
    if (rename === undefined) throw new Error('no step');
    expect(terminal([stepFinished(rename, { type: 'retry', error })])).to.contain(
      'RenameContainer   Container/web web.next to web  failed: the name is in use',
    );
  });

  it('never show a secret', () => {
    const step = updateStep('Container/web', [{ path: 'environment.API_KEY', want: 'hunter2', got: 'old' }]);
    const text = terminal([started(step)]);
    expect(text).to.contain('environment.API_KEY: want (secret), got (secret)');
    expect(text).not.to.contain('hunter2');
  });

  it('say what is served only when it is bad, or another one', () => {
    const refused = served({ failure: 'its certificate has expired' });
    expect(terminal([checked(served()), checked(served())])).to.equal('');
    const text = terminal([checked(refused), checked(refused), checked(served()), checked(served())]);
    expect(text.trimEnd().split('\n')).to.have.length(2);
    expect(text).to.contain('! Certificate/web: traefik shows').and.contain('its certificate has expired');
    expect(text).to.contain('= Certificate/web: traefik serves the certificate 0a1b2c3d (until 2026-03-01)');
    const another = served({ serial: 'ffff0000', fingerprint: 'f2' });
    expect(terminal([checked(served()), checked(another)])).to.contain('serves the certificate ffff0000');
    const gone: ObservedServed = { at: NOW, state: 'unreachable', error: 'connection refused' };
    expect(terminal([checked(served()), checked(gone)])).to.contain('shows no certificate: connection refused');
    const first = terminal([checked(gone), checked(served())]);
    expect(first, 'it may only be on its way up').not.to.contain('shows no certificate');
    expect(first).to.contain('= Certificate/web: traefik serves the certificate');
  });

  it('say that a renewal was asked for, and nothing of what a pass saw of certificates', () => {
    expect(terminal([{ type: 'certificates-seen', at: NOW, certificates: [certificateStatus()] }])).to.equal('');
    const asked = terminal([{ type: 'renewal-asked', at: NOW, key: 'Certificate/web' }]);
    expect(asked).to.contain('Certificate/web is renewed before its time');
  });

  it('halt loudly at a gate, with the checklist and the exact command', () => {
    const text = terminal([
      { type: 'gate-waiting', at: NOW, key: 'Gate/look', touch: 'touch /g/look.ok', checklist: ['is it up?'] },
    ]);
    expect(text).to.equal('! halted at gate look: it is your turn\n    [ ] is it up?\n    touch /g/look.ok\n');
  });

  it('say converged once, not every minute', () => {
    const pass: TraceEvent = { type: 'pass-finished', at: NOW, result: 'converged', milliseconds: 1 };
    expect(terminal([loaded([]), pass, pass, pass])).to.equal('  read 2 resources\n= converged (2 resources)\n');
    expect(terminal([loaded([], 1), pass])).to.equal('  read 1 resource\n= converged (1 resource)\n');
  });

  it('say a finding once, and again when it comes back', () => {
    const text = terminal([loaded(['bad image']), loaded(['bad image']), loaded([]), loaded(['bad image'])]);
    expect(text.match(/bad image/g)).to.have.length(2);
    expect(text).to.contain('web.yaml:3:5: bad image');
  });

  it('say why a step failed and what comes of it', () => {
    const step = startStep('Container/web');
    const error = { code: 'ENGINE_CONFLICT', message: 'port is already allocated' };
    expect(terminal([stepFinished(step, { type: 'terminal', error })])).to.contain(
      'failed: port is already allocated [ENGINE_CONFLICT], not tried again until its spec changes',
    );
  });

  it('write an error out once while each try ends with it, and say each try', () => {
    const step = startStep('Container/web');
    const failed = (message: string): TraceEvent =>
      stepFinished(step, { type: 'retry', error: { code: 'ENGINE_BUSY', message } });
    const again = 'x StartContainer    Container/web  failed again, as before, will be tried again\n';
    const full = (message: string): string =>
      `x StartContainer    Container/web  failed: ${message} [ENGINE_BUSY], will be tried again\n`;
    expect(terminal([failed('after 1.2 s'), failed('after 0.9 s'), failed('no more'), failed('no more')])).to.equal(
      full('after 1.2 s') + again + full('no more') + again,
    );
    expect(terminal([failed('bad'), stepFinished(step), failed('bad')])).to.equal(full('bad').repeat(2));
    expect(terminal([failed('bad'), planned(plan([])), failed('bad')]), 'it was gone meanwhile').to.equal(
      full('bad').repeat(2),
    );
  });

  it('say once that something is failing, however many tries there are, and again after it was not', () => {
    const pass = (result: PassResult): TraceEvent => ({ type: 'pass-finished', at: NOW, result, milliseconds: 1 });
    const tries = [pass('failing'), pass('progressing'), pass('failing')];
    expect(terminal(tries).match(/is failing/g)).to.have.length(1);
    expect(terminal([...tries, pass('converged'), ...tries]).match(/is failing/g)).to.have.length(2);
    expect(terminal([...tries, pass('waiting'), ...tries]).match(/is failing/g)).to.have.length(2);
  });

  it('say once that a secret is to be put there, and how', () => {
    const message = '/s/token does not exist. Put it there: install -D /dev/stdin /s/token';
    const awaited: TraceEvent = {
      type: 'condition-changed',
      at: NOW,
      condition: { ...condition('Secret/token', 'Blocked', 'AwaitingSecret'), message },
      previous: undefined,
    };
    expect(terminal([awaited, awaited])).to.equal(`! Secret/token waits for you: ${message}\n`);
  });

  const trouble = (message: string): TraceEvent => ({
    type: 'condition-changed',
    at: NOW,
    condition: { ...condition('Container/web', 'Degraded', 'CrashLoop'), message },
    previous: undefined,
  });

  it('say a trouble once, however its counts go up, and again after the resource was gone', () => {
    const wanted = planned(plan([condition('Container/web', 'Degraded')]));
    const texts = ['it exited after 1.2 s (tried once, will be tried again)'].concat(
      [2, 3, 12].map((times) => `it exited after 0.${times} s (tried ${times} times, will be tried again)`),
    );
    const shown = terminal([...texts.flatMap((text) => [wanted, trouble(text)]), trouble('the image cannot be had')]);
    expect(shown.match(/it exited/g)).to.have.length(1);
    expect(shown).to.contain('the image cannot be had');
    expect(terminal([trouble('bad'), planned(plan([])), trouble('bad')]).match(/bad/g)).to.have.length(2);
  });

  it('say once what is left alone because of a hold', () => {
    const step = updateStep('Container/web', [MEMORY], { blockedBy: [{ type: 'hold', name: 'hold/all' }] });
    const held = planned(plan([], { steps: [step, { ...step, id: '#2' }] }));
    expect(terminal([held, held])).to.equal('! left alone because of a hold: Container/web (hold/all)\n');
    expect(terminal([held, planned(plan([])), held]).match(/left alone/g)).to.have.length(2);
  });

  it('say what the human did without effect', () => {
    expect(terminal([{ type: 'warning', at: NOW, message: 'hold/web holds nothing' }])).to.equal(
      '! hold/web holds nothing\n',
    );
  });

  it('use colours only where they are welcome', () => {
    expect(terminal([started(startStep('Container/web'))], true)).to.contain('\u001b[');
    expect(terminal([started(startStep('Container/web'))], false)).not.to.contain('\u001b[');
  });
});

describe('JSON logs', () => {
  function lines(events: readonly TraceEvent[], level: 'debug' | 'info' = 'info'): Record<string, unknown>[] {
    const texts: string[] = [];
    const log = createJsonLog({ destination: { write: (text) => void texts.push(text) }, formatFinding, level });
    for (const event of events) log.consume(event);
    return texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  it('are for machines: under systemd and where nobody watches', () => {
    expect(wantsJsonLogs({}, true)).to.equal(false);
    expect(wantsJsonLogs({}, false)).to.equal(true);
    expect(wantsJsonLogs({ INVOCATION_ID: 'x' }, true)).to.equal(true);
    expect(wantsJsonLogs({ JOURNAL_STREAM: '8:1' }, true)).to.equal(true);
  });

  it('carry time, level, event, members and words, without arguments or secrets', () => {
    const step = updateStep('Container/web', [{ path: 'environment.TOKEN', want: 'hunter2', got: 'old' }]);
    const [line] = lines([{ type: 'step-started', at: NOW, step }]);
    expect(line).to.deep.include({ level: 'info', time: '2026-01-01T00:00:00.000Z', event: 'step-started' });
    expect(line?.['msg']).to.contain('UpdateContainer');
    expect(JSON.stringify(line)).not.to.contain('hunter2').and.not.to.contain('id-of-web');
  });

  it('leave passes out unless asked for', () => {
    const events: TraceEvent[] = [{ type: 'observed', at: NOW, full: true, calls: 4, milliseconds: 2 }];
    expect(lines(events)).to.have.length(0);
    expect(lines(events, 'debug')).to.have.length(1);
  });
});
