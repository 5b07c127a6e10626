import { expect } from 'chai';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { DriftTracker } from '../../../src/runtime/drift-tracker.ts';
import type { ObservedPath } from '../../../src/model/observed.ts';
import {
  container,
  desiredState,
  file,
  NOW,
  observedContainer,
  planningInput,
  resource,
} from '../../support/planning.ts';

describe('what counts as drift', () => {
  const loaded = { port: 80, path: '/', contains: 'x', within: 1000 };
  const config = file('a', { onChange: [{ container: 'web', action: { type: 'signal', signal: 'SIGHUP' }, loaded }] });
  const web = container('web');
  const live: ObservedPath = {
    type: 'file',
    uid: 0,
    gid: 0,
    mode: 0o644,
    modifiedAt: NOW - 7_200_000,
    digest: config.spec.digest,
  };
  const tracker = (): { see: (path: ObservedPath, running: boolean) => string[] } => {
    const drift = new DriftTracker();
    return {
      see(path, running) {
        const containers = running ? [observedContainer(web)] : [];
        const plan = buildPlan(planningInput([config, web], { containers, paths: { '/srv/a': path } }));
        return drift
          .update(desiredState([config, web]), plan, new Set(), NOW)
          .flatMap((event) => (event.type === 'drift-found' && event.key === config.key ? [event.cause] : []));
      },
    };
  };

  it('is content that somebody changed', () => {
    const { see } = tracker();
    see(live, false);
    expect(see({ ...live, digest: 'e'.repeat(64) }, false)).to.deep.equal(['content differs']);
  });

  it('is not that a consumer is asked whether it loaded a file', () => {
    const { see } = tracker();
    see(live, false);
    expect(see(live, true)).to.deep.equal([]);
  });

  it('is not that a log is full', () => {
    const spec = { path: '/srv/log', maxSize: 10, keep: 1, container: 'web', signal: 'SIGUSR1' };
    const log = resource('LogFile', 'log', spec, []);
    const drift = new DriftTracker();
    const see = (size: number) => {
      const logs = { '/srv/log': { type: 'file' as const, size, inode: '7', rotated: [] } };
      const plan = buildPlan(planningInput([log, web], { containers: [observedContainer(web)], logs }));
      const events = drift.update(desiredState([log, web]), plan, new Set(), NOW);
      return { steps: plan.steps.length, drifts: events.filter(({ type }) => type === 'drift-found') };
    };
    see(1);
    expect(see(10)).to.deep.equal({ steps: 3, drifts: [] });
  });

  it('is not that a job runs after a start of what it follows, and is that somebody removed it', () => {
    const job = container('job', { runPolicy: 'once', runAfter: 'web' });
    const drift = new DriftTracker();
    const ran = observedContainer(job, { state: 'exited', exitCode: 0, startedAt: NOW - 50_000 });
    const see = (webStartedAt: number, jobs: readonly (typeof ran)[]) => {
      const containers = [observedContainer(web, { startedAt: webStartedAt }), ...jobs];
      const plan = buildPlan(planningInput([job, web], { containers }));
      const events = drift.update(desiredState([job, web]), plan, new Set(), NOW);
      return { steps: plan.steps.map(({ cause }) => cause), told: events.map(({ type }) => type) };
    };
    see(NOW - 60_000, [ran]);
    const cause = 'runs after every start of web';
    expect(see(NOW - 10_000, [ran])).to.deep.equal({ steps: [cause], told: [] });
    expect(see(NOW - 60_000, [ran])).to.deep.equal({ steps: [], told: [] });
    expect(see(NOW - 60_000, []).told).to.deep.equal(['drift-found']);
  });
});
