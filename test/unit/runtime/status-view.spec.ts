import { expect } from 'chai';
import { ConditionTracker } from '../../../src/runtime/condition-tracker.ts';
import { GateTracker } from '../../../src/runtime/gate-tracker.ts';
import { StatusView, type Standing } from '../../../src/runtime/status-view.ts';
import { container, desiredState, gateFiles } from '../../support/planning.ts';
import { condition, plan } from '../../support/trace-events.ts';

const DESIRED = desiredState([container('bad'), container('web')]);
const CONDITIONS = [condition('Container/bad', 'Degraded'), condition('Container/web', 'Ready')];

function standing(more: Partial<Standing> = {}): Standing {
  return {
    result: 'failing',
    stopped: '',
    desired: DESIRED,
    gates: gateFiles([]),
    plan: plan(CONDITIONS),
    running: [],
    clocks: { desiredRead: 1000, fullDiff: 1000, converged: 0, lastPass: 1000 },
    engine: { reachable: true, version: '1', message: '' },
    ...more,
  };
}

describe('StatusView', () => {
  let view: StatusView;
  let conditions: ConditionTracker;

  beforeEach(() => {
    conditions = new ConditionTracker();
    view = new StatusView({ version: '1', startedAt: 0, conditions, gates: new GateTracker() });
    conditions.update(CONDITIONS, 500);
    view.publish(standing());
  });

  const holding = (key: string): string[] =>
    (view.snapshot().resources.find((resource) => resource.key === key)?.conditions ?? []).flatMap(
      ({ type, status, reason, since }) => (status || reason === 'Unknown' ? [`${type} ${status} ${since}`] : []),
    );

  it('tells what is looked at as it is', () => {
    expect(view.snapshot().resources.map(({ stale }) => stale)).to.deep.equal([undefined, undefined]);
    expect(holding('Container/web')).to.deep.equal(['Ready true 500']);
  });

  it('holds nothing for Ready that is not looked at, and trouble for what it was', () => {
    const engine = { reachable: false, version: '1', message: 'gone' };
    const clocks = { desiredRead: 1000, fullDiff: 1000, converged: 0, lastPass: 9000 };
    view.publish(standing({ result: 'stopped', stopped: 'gone', plan: undefined, engine, clocks }));
    expect(view.snapshot().resources.map(({ stale }) => stale)).to.deep.equal([true, true]);
    expect(holding('Container/web')).to.deep.equal(['Ready false 1000']);
    expect(holding('Container/bad')).to.deep.equal(['Degraded true 500']);
    view.publish(standing());
    expect(holding('Container/web')).to.deep.equal(['Ready true 500']);
  });

  it('carries the warning of a hold that holds nothing', () => {
    view.publish(standing({ gates: gateFiles([], { holds: new Set(['Container.wbe']) }) }));
    expect(view.snapshot().warnings?.join()).to.contain('Container.wbe holds nothing');
  });
});
