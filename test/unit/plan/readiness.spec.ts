import { expect } from 'chai';
import type { ObservedContainer } from '../../../src/model/observed.ts';
import { readinessId, type ObservedReadiness } from '../../../src/model/readiness.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { readinessTargets } from '../../../src/plan/container/readiness.ts';
import { expectConditions, expectPlan, planText } from '../../support/plan-text.ts';
import { container, id, image, NOW, observedContainer, planningInput } from '../../support/planning.ts';

const READY: ObservedReadiness = { isReady: true, at: NOW, message: '' };
const BUSY: ObservedReadiness = {
  isReady: false,
  at: NOW,
  message: 'GET http://10.0.0.2:9090/-/ready was answered with 503',
};

describe('a container that says itself whether it is ready', () => {
  const prometheus = container('prometheus', { healthyWithin: 60_000, readiness: { port: 9090, path: '/-/ready' } });
  const user = container('grafana', {}, [prometheus.key]);
  const input = (containers: ObservedContainer[], readiness?: Record<string, ObservedReadiness>) =>
    planningInput([prometheus, image('app:1')], { containers, ...(readiness === undefined ? {} : { readiness }) });
  const said = (of: ObservedContainer, answer: ObservedReadiness) => ({ [readinessId(of)]: answer });

  const fresh = observedContainer(prometheus, { startedAt: NOW - 10_000 });
  const old = observedContainer(prometheus, { startedAt: NOW - 3_600_000 });

  for (const [what, running, answer, condition] of [
    ['is ready once it says so', fresh, READY, 'Ready Running'],
    ['is waited for while it says that it is not', fresh, BUSY, 'Progressing AwaitingReadiness'],
    ['is waited for until it is asked', old, undefined, 'Progressing AwaitingReadiness'],
    ['is degraded when it is late, and not replaced', old, BUSY, 'Degraded NotReady'],
  ] as const)
    it(what, () => {
      const seen = input([running], answer === undefined ? {} : said(running, answer));
      expectConditions(seen, `Container/prometheus ${condition}\nImage/app:1 Ready Present`);
      expectPlan(seen, 'nothing to do');
    });

  it('is not doubted where nobody asks, as in bastion plan', () => {
    expectConditions(input([old]), 'Container/prometheus Ready Running\nImage/app:1 Ready Present');
  });

  it('counts what it said in this run only', () => {
    const restarted = { ...old, startedAt: NOW - 1000 };
    expect(buildPlan(input([restarted], said(old, READY))).conditions[0]).to.include({ reason: 'AwaitingReadiness' });
  });

  it('says how it fails, and wakes at its deadline', () => {
    const plan = buildPlan(input([fresh], said(fresh, BUSY)));
    expect(plan.conditions[0]?.message).to.contain('answered with 503');
    expect(plan.wakeAt).to.equal(fresh.startedAt + 60_000);
  });

  it('is what its health check says first', () => {
    const sick = { ...old, health: 'unhealthy' as const };
    expect(buildPlan(input([sick], said(sick, READY))).conditions[0]).to.include({ reason: 'Unhealthy' });
  });

  it('lets what needs it begin when it is ready, and not before', () => {
    const both = (answer: ObservedReadiness) =>
      planningInput([prometheus, user, image('app:1')], { containers: [fresh], readiness: said(fresh, answer) });
    expect(planText(both(BUSY))).to.contain(
      'CreateContainer Container/grafana: missing [blocked by Container/prometheus]',
    );
    expect(planText(both(READY))).to.contain('#1 CreateContainer Container/grafana: missing\n');
    const first = planningInput([prometheus, user, image('app:1')], { readiness: {} });
    expect(planText(first)).to.contain('CreateContainer Container/grafana: missing [blocked by Container/prometheus]');
  });

  describe('when it replaces another', () => {
    const retired = observedContainer(prometheus, {
      id: id('a'),
      name: `prometheus.old-${'a'.repeat(12)}`,
      state: 'exited',
    });
    const candidate = (startedAt: number): ObservedContainer =>
      observedContainer(prometheus, { id: id('b'), startedAt, createdAt: startedAt, replaces: id('a') });

    it('waits for its answer, not only for three seconds', () => {
      const next = candidate(NOW - 30_000);
      for (const readiness of [{}, said(next, BUSY)]) {
        expectPlan(input([retired, next], readiness), 'nothing to do');
        expect(buildPlan(input([retired, next], readiness)).conditions[0]).to.include({ reason: 'AwaitingHealth' });
      }
    });

    it('takes over as soon as it is ready', () => {
      const next = candidate(NOW - 500);
      expectPlan(
        input([retired, next], said(next, READY)),
        '#1 RemoveContainer Container/prometheus aaaaaaaaaaaa: replaced by bbbbbbbbbbbb',
      );
    });

    it('gives its place back when it is not ready within its time, and says what it answered', () => {
      const next = candidate(NOW - 61_000);
      const text = planText(input([retired, next], said(next, BUSY)));
      expect(text).to.contain('#1 RecordRollback Container/prometheus: rolled back: it was not ready within 60 s');
      expect(text).to.contain('was answered with 503').and.contain('#2 RemoveContainer');
    });

    it('is not condemned because nobody asked while the operator was away', () => {
      const next = candidate(NOW - 600_000);
      expectPlan(input([retired, next], {}), 'nothing to do');
    });

    it('is who is asked', () => {
      const next = candidate(NOW - 500);
      expect(readinessTargets(input([retired, next]))).to.deep.equal([
        { id: readinessId(next), container: next.id, port: 9090, path: '/-/ready' },
      ]);
      expect(readinessTargets(input([retired]))).to.deep.equal([]);
    });
  });

  it('is asked over TLS, at another address, where its spec says so', () => {
    const tls = { serverName: 'node-exporter.lab', authority: 'lab' };
    const exporter = container('exporter', {
      network_mode: 'host',
      readiness: { address: '172.30.77.1', port: 9100, path: '/', tls },
    });
    const running = observedContainer(exporter);
    expect(readinessTargets(planningInput([exporter], { containers: [running] }))).to.deep.equal([
      {
        id: readinessId(running),
        container: running.id,
        address: '172.30.77.1',
        port: 9100,
        path: '/',
        access: { serverName: 'node-exporter.lab', trust: [] },
      },
    ]);
  });

  it('is the same container whether it is asked or not', () => {
    expect(prometheus.hash).to.equal(container('prometheus').hash);
    expect(prometheus.attempt).not.to.equal(container('prometheus').attempt);
  });
});
