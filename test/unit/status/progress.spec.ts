import { expect } from 'chai';
import { PullAmounts } from '../../../src/engine/pull-amounts.ts';
import type { PullAmount } from '../../../src/model/pull-amount.ts';
import type { Step } from '../../../src/model/step.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { createProgressLog } from '../../../src/status/progress-log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Screen } from '../../support/screen.ts';
import { condition, plan, planned, stepFinished, updateStep } from '../../support/trace-events.ts';

const PULL: Step = {
  ...updateStep('Image/prom/prometheus:v3', [], { cause: 'missing', id: '#1' }),
  op: 'PullImage',
  args: { reference: 'prom/prometheus:v3', platforms: [] },
};
const AMOUNT: PullAmount = { layers: 7, layersDone: 3, bytes: 12_000_000, totalBytes: 90_000_000 };

describe('progress for somebody who watches', () => {
  let clock: FakeClock;
  let written: string;

  beforeEach(() => {
    clock = new FakeClock();
    written = '';
  });

  function start(screen?: Screen, columns: () => number = () => 80): (event: DistributiveOmit<TraceEvent>) => void {
    const log = createProgressLog({
      write: (text) => {
        written += text;
        screen?.write(text);
      },
      formatFinding: () => '',
      color: false,
      times: false,
      clock,
      screen: screen === undefined ? undefined : { columns },
    });
    return (event) => log.consume({ at: clock.now(), ...event });
  }

  function wait(seconds: number): TraceEvent {
    const wait = { since: clock.now(), until: clock.now() + seconds * 1000 };
    return planned(plan([{ ...condition('Container/web', 'Progressing', 'AwaitingHealth'), wait }]), clock.now());
  }

  it('of a pull is one line that is written over, with layers, bytes and percent, and goes when it is over', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell({ type: 'step-started', step: PULL });
    await clock.advance(2_000);
    tell({ type: 'step-progress', step: PULL, text: 'a: Downloading 13%', amount: AMOUNT });
    await clock.advance(200);
    expect(screen.rows).to.deep.equal([
      '+ PullImage         Image/prom/prometheus:v3  missing',
      'pulling prom/prometheus:v3: 3 of 7 layers, 12 MB of 90 MB (13%)',
      '',
    ]);
    tell({ type: 'step-progress', step: PULL, text: 'b', amount: { ...AMOUNT, layersDone: 7, bytes: 90_000_000 } });
    await clock.advance(200);
    expect(screen.rows[1]).to.equal('pulling prom/prometheus:v3: 7 of 7 layers, 90 MB of 90 MB (100%)');
    tell(stepFinished(PULL));
    await clock.advance(200);
    expect(screen.rows).to.deep.equal(['+ PullImage         Image/prom/prometheus:v3  missing', '']);
    expect(clock.pending).to.equal(0);
  });

  it('of a step that says nothing is shown once it takes long', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell({ type: 'step-started', step: updateStep('Container/web', []) });
    await clock.advance(3_200);
    expect(screen.rows[1]).to.equal('UpdateContainer Container/web (3.0 s)');
  });

  it('of a health check counts the seconds by itself', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell(wait(60));
    await clock.advance(12_000);
    expect(screen.rows).to.deep.equal(['waiting for web to become healthy (12 s of 60 s)', '']);
    tell(planned(plan([condition('Container/web', 'Ready')]), clock.now()));
    await clock.advance(200);
    expect(screen.rows).to.deep.equal(['']);
  });

  it('is what nothing is done for and time alone brings about, while nothing else is to be shown', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    const awaits = (message: string, ...steps: Step[]): TraceEvent => {
      const follows = { ...condition('Container/web', 'Progressing'), message: 'waits for Prometheus/p' };
      return planned(plan([follows, { ...condition('Prometheus/p', 'Progressing'), message }], { steps }), clock.now());
    };
    tell(awaits('1 of 5 targets was not scraped yet'));
    await clock.advance(900);
    expect(screen.rows, 'not worth a line').to.deep.equal(['']);
    await clock.advance(4_100);
    expect(screen.rows[0]).to.equal('waiting for p (5.0 s): 1 of 5 targets was not scraped yet');
    tell(awaits('it was not asked yet'));
    await clock.advance(7_000);
    expect(screen.rows).to.deep.equal(['waiting for p (11 s): it was not asked yet', '']);
    tell(awaits('missing', updateStep('Prometheus/p', [])));
    await clock.advance(2_000);
    expect(screen.rows, 'its step is told when it runs').to.deep.equal(['']);
    tell(awaits('1 of 5 targets was not scraped yet'));
    tell({ type: 'step-started', step: PULL });
    await clock.advance(2_000);
    expect(screen.rows.filter((row) => row.startsWith('waiting'))).to.deep.equal([]);
  });

  it('stays below what is said, and a gate stays until it is opened', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell({ type: 'gate-waiting', key: 'Gate/seen', touch: 'touch /g/seen.ok', checklist: ['look'] });
    await clock.advance(200);
    tell({ type: 'warning', message: 'something else' });
    const time = new Date(clock.now()).toTimeString().slice(0, 5);
    const said = ['! halted at gate seen: it is your turn', '    [ ] look', '    touch /g/seen.ok', '! something else'];
    expect(screen.rows).to.deep.equal([...said, `halted at gate seen since ${time}: it is your turn`, '']);
    tell({ type: 'gate-opened', key: 'Gate/seen' });
    await clock.advance(200);
    expect(screen.rows).to.deep.equal([...said, '= Gate/seen opened', '']);
  });

  it('is drawn ten times a second at most, however much happens', async () => {
    const tell = start(new Screen(80));
    tell({ type: 'step-started', step: PULL });
    await clock.advance(2_000);
    const before = written.length;
    for (let step = 0; step < 1000; step++) {
      tell({ type: 'step-progress', step: PULL, text: String(step), amount: { ...AMOUNT, bytes: step * 90_000 } });
      await clock.advance(1);
    }
    expect(written.slice(before).split('\u001b[J').length - 1).to.be.within(8, 11);
  });

  it('never wraps, and leaves nothing behind when the terminal becomes narrower', async () => {
    let columns = 60;
    const screen = new Screen(columns);
    const tell = start(screen, () => columns);
    tell({ type: 'step-started', step: PULL });
    await clock.advance(2_000);
    tell({ type: 'step-progress', step: PULL, text: 'a', amount: AMOUNT });
    await clock.advance(200);
    expect(screen.rows[1]).to.equal('pulling prom/prometheus:v3: 3 of 7 layers, 12 MB of 90 MB …'.slice(0, 58) + '…');
    columns = 25;
    screen.resize(25);
    await clock.advance(1_000);
    tell(stepFinished(PULL));
    await clock.advance(200);
    expect(screen.rows.join('\n')).to.not.contain('pulling');
  });

  it('takes itself away at the end, and leaves no timer', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell(wait(60));
    await clock.advance(3_000);
    tell({ type: 'stopped', reason: 'asked to' });
    expect(screen.rows).to.deep.equal(['  stopped: asked to', '']);
    expect(clock.pending).to.equal(0);
  });

  it('lets nothing that others say do anything to the terminal', async () => {
    const screen = new Screen(80);
    const tell = start(screen);
    tell({ type: 'step-started', step: PULL });
    await clock.advance(2_000);
    tell({ type: 'step-progress', step: PULL, text: '\u001b[2J\u001b]0;title\u0007\u009b2J' });
    await clock.advance(200);
    expect(screen.rows[1]).to.match(/^pulling prom\/prometheus:v3: {2}\[2J \]0;title/);
  });

  it('elsewhere is a plain line now and then, without any control character', async () => {
    const tell = start();
    tell({ type: 'step-started', step: PULL });
    tell({ type: 'step-progress', step: PULL, text: 'a', amount: AMOUNT });
    tell(wait(60));
    tell({ type: 'gate-waiting', key: 'Gate/seen', touch: 'touch /g/seen.ok', checklist: [] });
    await clock.advance(31_000);
    const lines = written.trimEnd().split('\n').slice(3);
    expect(lines).to.deep.equal([
      '  pulling prom/prometheus:v3: 3 of 7 layers, 12 MB of 90 MB (13%)',
      '  waiting for web to become healthy (15 s of 60 s)',
      '  waiting for web to become healthy (30 s of 60 s)',
    ]);
    expect(written).to.not.match(/[^\n\P{Cc}]/u);
    tell({ type: 'stopped', reason: 'asked to' });
    expect(clock.pending).to.equal(0);
  });
});

/** An event without its time, of every type. */
type DistributiveOmit<E> = E extends TraceEvent ? Omit<E, 'at'> & { readonly at?: number } : never;

describe('the amounts of a pull', () => {
  it('are added up over the layers, from the first line to the last', () => {
    const amounts = new PullAmounts();
    const take = (id: string, status: string, current?: number, total?: number): PullAmount | undefined =>
      amounts.take({ id, status, progressDetail: { current, total } });
    expect(take('v3', 'Pulling from prom/prometheus')).to.equal(undefined);
    take('a', 'Already exists');
    take('b', 'Pulling fs layer');
    expect(take('b', 'Downloading', 30, 100)).to.deep.equal({ layers: 2, layersDone: 1, bytes: 30, totalBytes: 100 });
    expect(take('b', 'Download complete')).to.deep.equal({ layers: 2, layersDone: 1, bytes: 100, totalBytes: 100 });
    expect(take('b', 'Extracting', 5, 400)).to.include({ bytes: 100, totalBytes: 100 });
    expect(take('b', 'Pull complete')).to.deep.equal({ layers: 2, layersDone: 2, bytes: 100, totalBytes: 100 });
    expect(take('c', 'Downloading', 9, 3)).to.include({ bytes: 103, totalBytes: 103 });
    expect(amounts.take({ status: 'Digest: sha256:1' })).to.include({ layers: 3 });
    expect(amounts.take({ id: 7, status: 'Downloading' })).to.include({ layers: 3 });
  });
});
