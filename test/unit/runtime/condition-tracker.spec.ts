import { expect } from 'chai';
import type { ConditionType } from '../../../src/model/condition.ts';
import { ConditionTracker } from '../../../src/runtime/condition-tracker.ts';
import { condition } from '../../support/trace-events.ts';

const KEY = 'Container/web';

describe('since when a resource is in trouble', () => {
  let tracker: ConditionTracker;
  beforeEach(() => (tracker = new ConditionTracker()));

  const at = (now: number, ...holding: (readonly [ConditionType, string])[]): void => {
    tracker.update(
      holding.map(([type, reason]) => condition(KEY, type, reason)),
      now,
    );
  };
  const shown = (type: ConditionType): { status: boolean; since: number; firstSince: number | undefined } => {
    const { status, since, firstSince } = tracker.statuses(KEY, '').find((each) => each.type === type) ?? {};
    return { status: status === true, since: since ?? -1, firstSince };
  };

  it('counts from the first failure, through all tries between, while `since` is that of the last one', () => {
    at(100, ['Degraded', 'ImageUnavailable']);
    expect(shown('Degraded')).to.deep.equal({ status: true, since: 100, firstSince: undefined });
    at(200, ['Progressing', 'InProgress']);
    expect(shown('Degraded')).to.deep.equal({ status: false, since: 200, firstSince: undefined });
    at(300, ['Degraded', 'ImageUnavailable']);
    at(350, ['Degraded', 'ImageUnavailable']);
    expect(shown('Degraded')).to.deep.equal({ status: true, since: 300, firstSince: 100 });
  });

  it('begins anew once it was Ready in between', () => {
    at(100, ['Degraded', 'ImageUnavailable']);
    at(200, ['Ready', 'Running']);
    at(300, ['Degraded', 'ImageUnavailable']);
    expect(shown('Degraded')).to.deep.equal({ status: true, since: 300, firstSince: undefined });
  });

  it('goes on while it is Ready and in trouble at once', () => {
    at(100, ['Degraded', 'RolledBack']);
    at(200, ['Ready', 'Running'], ['Degraded', 'RolledBack']);
    at(300, ['Progressing', 'InProgress']);
    at(400, ['Degraded', 'RolledBack']);
    expect(shown('Degraded').firstSince).to.equal(100);
  });

  it('is told for each reason by itself', () => {
    at(100, ['Degraded', 'ImageUnavailable']);
    at(200, ['Progressing', 'InProgress']);
    at(300, ['Degraded', 'CrashLoop']);
    expect(shown('Degraded')).to.deep.equal({ status: true, since: 300, firstSince: undefined });
    at(400, ['Degraded', 'ImageUnavailable']);
    expect(shown('Degraded').firstSince).to.equal(100);
  });

  it('is forgotten with the resource', () => {
    at(100, ['Degraded', 'ImageUnavailable']);
    at(200);
    at(300, ['Degraded', 'ImageUnavailable']);
    expect(shown('Degraded').firstSince).to.equal(undefined);
  });
});
