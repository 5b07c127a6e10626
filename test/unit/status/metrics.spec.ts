import { expect } from 'chai';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { boundedField } from '../../../src/status/metric-labels.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { condition, NOW, plan, planned, startStep, stepFinished } from '../../support/trace-events.ts';

function setUp(): { metrics: Metrics; clock: FakeClock; feed: (...events: TraceEvent[]) => void } {
  const clock = new FakeClock({ now: NOW });
  const metrics = new Metrics({ clock, version: '1.2.3', processMetrics: false });
  return { metrics, clock, feed: (...events) => events.forEach((event) => metrics.consume(event)) };
}

/** Value of a series in the exposition, e.g. `bastion_engine_up`; undefined when it is not there. */
async function series(metrics: Metrics, name: string): Promise<number | undefined> {
  const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

describe('metrics', () => {
  it('has every series whose labels are known from the first scrape', async () => {
    const { metrics } = setUp();
    for (const name of [
      'bastion_reconcile_total{result="converged"}',
      'bastion_reconcile_total{result="stopped"}',
      'bastion_reconcile_errors_total',
      'bastion_terminal_reconcile_errors_total',
      'bastion_reconcile_panics_total',
      'bastion_reconcile_time_seconds_count',
      'bastion_steps_total{op="RemoveVolume",outcome="terminal"}',
      'bastion_drift_total{kind="Container",field="mem_limit"}',
      'bastion_drift_total{kind="Network",field="object"}',
      'bastion_heal_seconds_count',
      'bastion_clock_timestamp_seconds{clock="converged"}',
      'bastion_engine_up',
      'bastion_events_missed_total',
      'bastion_normaliser_fault_fields',
      'bastion_desired_findings{severity="error"}',
    ])
      expect(await series(metrics, name), name).to.equal(0);
    expect(await series(metrics, `bastion_build_info{version="1.2.3",node="${process.version}"}`)).to.equal(1);
  });

  it('counts passes by result, and failing ones as errors', async () => {
    const { metrics, feed } = setUp();
    feed(
      { type: 'pass-finished', at: NOW, result: 'converged', milliseconds: 250 },
      { type: 'pass-finished', at: NOW, result: 'failing', milliseconds: 10 },
    );
    expect(await series(metrics, 'bastion_reconcile_total{result="converged"}')).to.equal(1);
    expect(await series(metrics, 'bastion_reconcile_errors_total')).to.equal(1);
    expect(await series(metrics, 'bastion_reconcile_time_seconds_sum')).to.be.closeTo(0.26, 1e-9);
    expect(await series(metrics, 'bastion_clock_timestamp_seconds{clock="converged"}')).to.equal(NOW / 1000);
  });

  it('counts drift once for a field, whatever map keys differ', async () => {
    const { metrics, feed } = setUp();
    const fields = ['environment.A', 'environment.B', 'mem_limit'].map((path) => ({ path, want: 1, got: 2 }));
    feed({ type: 'drift-found', at: NOW, key: 'Container/web', cause: 'drift', fields });
    feed({ type: 'drift-found', at: NOW, key: 'Container/web', cause: 'missing', fields: [] });
    expect(await series(metrics, 'bastion_drift_total{kind="Container",field="environment"}')).to.equal(1);
    expect(await series(metrics, 'bastion_drift_total{kind="Container",field="mem_limit"}')).to.equal(1);
    expect(await series(metrics, 'bastion_drift_total{kind="Container",field="object"}')).to.equal(1);
  });

  it('keeps label values bounded', () => {
    expect(boundedField('networks.front.aliases')).to.equal('networks');
    expect(boundedField('ports[0]')).to.equal('ports');
    expect(boundedField('a path with {anything}')).to.equal('other');
    expect(boundedField('x'.repeat(500))).to.equal('other');
  });

  it('shows five conditions of every resource, and forgets resources that are gone', async () => {
    const { metrics, feed } = setUp();
    feed(planned(plan([condition('Container/web', 'Degraded'), condition('Network/front', 'Ready')])));
    const web = 'bastion_resource_condition{kind="Container",name="web"';
    expect(await series(metrics, `${web},type="Degraded"}`)).to.equal(1);
    expect(await series(metrics, `${web},type="Ready"}`)).to.equal(0);
    feed(planned(plan([condition('Network/front', 'Ready')])));
    expect(await series(metrics, `${web},type="Degraded"}`)).to.equal(undefined);
    expect(await metrics.text()).not.to.contain('name="web"');
  });

  it('shows for how long a gate waits, until it is opened', async () => {
    const { metrics, clock, feed } = setUp();
    feed(planned(plan([condition('Gate/look', 'Blocked')])));
    expect(await series(metrics, 'bastion_gate_open{gate="look"}')).to.equal(0);
    expect(await series(metrics, 'bastion_gate_waiting_seconds{gate="look"}')).to.equal(0);
    feed({ type: 'gate-waiting', at: NOW, key: 'Gate/look', touch: 'touch look.ok', checklist: [] });
    await clock.advance(90_000);
    expect(await series(metrics, 'bastion_gate_waiting_seconds{gate="look"}')).to.equal(90);
    feed({ type: 'gate-opened', at: clock.now(), key: 'Gate/look' });
    expect(await series(metrics, 'bastion_gate_open{gate="look"}')).to.equal(1);
    expect(await series(metrics, 'bastion_gate_waiting_seconds{gate="look"}')).to.equal(0);
  });

  it('does not count the wait on while it is not the turn of the human', async () => {
    const { metrics, clock, feed } = setUp();
    feed({ type: 'gate-waiting', at: NOW, key: 'Gate/look', touch: 'touch look.ok', checklist: [] });
    await clock.advance(60_000);
    feed({ type: 'gate-turn', at: clock.now(), key: 'Gate/look', awaitingHuman: false, since: NOW });
    expect(await series(metrics, 'bastion_gate_waiting_seconds{gate="look"}')).to.equal(0);
    feed({ type: 'gate-turn', at: clock.now(), key: 'Gate/look', awaitingHuman: true, since: NOW });
    expect(await series(metrics, 'bastion_gate_waiting_seconds{gate="look"}')).to.equal(60);
  });

  it('moves the clock of readings also when nothing changed', async () => {
    const { metrics, feed } = setUp();
    feed({ type: 'desired-confirmed', at: NOW + 5000 });
    const clock = 'bastion_clock_timestamp_seconds{clock="desired_read"}';
    expect(await series(metrics, clock)).to.equal((NOW + 5000) / 1000);
  });

  it('calls nothing Ready that nobody looks at, and keeps what was wrong', async () => {
    const { metrics, feed } = setUp();
    const conditions = [condition('Container/bad', 'Degraded'), condition('Container/web', 'Ready')];
    feed(planned(plan(conditions)), { type: 'pass-finished', at: NOW, result: 'stopped', milliseconds: 1 });
    const web = 'bastion_resource_condition{kind="Container",name="web",type="Ready"}';
    expect(await series(metrics, web)).to.equal(0);
    expect(await series(metrics, 'bastion_resource_condition{kind="Container",name="bad",type="Degraded"}')).to.equal(
      1,
    );
    feed(planned(plan(conditions)));
    expect(await series(metrics, web)).to.equal(1);
  });

  it('moves the clock of full comparisons only after a full observation', async () => {
    const { metrics, feed } = setUp();
    const clock = 'bastion_clock_timestamp_seconds{clock="full_diff"}';
    feed({ type: 'observed', at: NOW, full: false, calls: 1, milliseconds: 1 }, planned(plan([]), NOW + 1000));
    expect(await series(metrics, clock)).to.equal(0);
    feed({ type: 'observed', at: NOW, full: true, calls: 5, milliseconds: 1 }, planned(plan([]), NOW + 2000));
    expect(await series(metrics, clock)).to.equal((NOW + 2000) / 1000);
    expect(await series(metrics, 'bastion_engine_observe_calls_total')).to.equal(6);
  });

  it('counts steps by outcome, terminal ones apart too', async () => {
    const { metrics, feed } = setUp();
    feed(stepFinished(startStep('Container/web')));
    feed(stepFinished(startStep('Container/web'), { type: 'terminal', error: { code: 'X', message: 'no' } }));
    expect(await series(metrics, 'bastion_steps_total{op="StartContainer",outcome="done"}')).to.equal(1);
    expect(await series(metrics, 'bastion_terminal_reconcile_errors_total')).to.equal(1);
  });

  it('says when the engine is lost', async () => {
    const { metrics, feed } = setUp();
    feed({ type: 'engine-connected', at: NOW });
    expect(await series(metrics, 'bastion_engine_up')).to.equal(1);
    feed({ type: 'engine-lost', at: NOW, message: 'gone' });
    expect(await series(metrics, 'bastion_engine_up')).to.equal(0);
  });
});
