import { expect } from 'chai';
import type { Condition } from '../../../src/model/condition.ts';
import type { GateFiles } from '../../../src/model/gates.ts';
import type { Key } from '../../../src/model/key.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { GateTracker } from '../../../src/runtime/gate-tracker.ts';
import { container, desiredState, gate, gateFiles, network, resource } from '../../support/planning.ts';
import { condition, plan } from '../../support/trace-events.ts';

const look = gate('look', ['Container/web'], { checklist: ['is it up?'] });
const DESIRED = desiredState([container('web'), look]);

/** A plan in which these are Ready. */
function ready(...keys: Key[]): Plan {
  return plan(keys.map((key): Condition => condition(key, 'Ready')));
}

describe('GateTracker', () => {
  let tracker: GateTracker;
  let gates: GateFiles;
  const types = (now: number, value: Plan, desired = DESIRED): string[] =>
    tracker.update(desired, value, gates, now).map(({ type }) => type);
  const status = () => tracker.statuses(DESIRED, gates)[0];

  beforeEach(() => {
    tracker = new GateTracker();
    gates = gateFiles([]);
  });

  it("asks once when it is the human's turn, however often a dependency blips", () => {
    expect(types(1000, ready())).to.deep.equal([]);
    expect(types(2000, ready('Container/web'))).to.deep.equal(['gate-waiting']);
    expect(types(3000, ready())).to.deep.equal(['gate-turn']);
    expect(types(4000, ready('Container/web'))).to.deep.equal(['gate-turn']);
    expect(types(5000, ready('Container/web'))).to.deep.equal([]);
  });

  it('waits since the first turn, and says when it is not the turn', () => {
    types(2000, ready('Container/web'));
    types(3000, ready());
    expect(status()).to.include({ awaitingHuman: false });
    const [event] = tracker.update(DESIRED, ready('Container/web'), gates, 4000);
    expect(event).to.include({ type: 'gate-turn', awaitingHuman: true, since: 2000 });
    expect(status()).to.include({ awaitingHuman: true, since: 2000 });
  });

  it('asks again after it was open, and when the checklist changed', () => {
    types(2000, ready('Container/web'));
    expect(types(3000, ready('Container/web', 'Gate/look'))).to.deep.equal(['gate-opened']);
    expect(status()).to.include({ open: true, since: 3000 });
    expect(types(4000, ready('Container/web'))).to.deep.equal(['gate-closed', 'gate-waiting']);
    const other = gate('look', ['Container/web'], { checklist: ['is it up?', 'really?'] });
    const desired = desiredState([container('web'), other]);
    expect(types(5000, ready('Container/web'), desired)).to.deep.equal(['gate-waiting']);
    expect(status()).to.include({ since: 5000 });
  });

  it('names a high-level resource that waits behind it, without its parts', () => {
    const first = gate('first');
    const part = { ...container('prometheus', {}, ['Gate/first']), renderedFrom: 'Prometheus/prometheus' } as const;
    const owner = resource('Prometheus', 'prometheus', { parts: [part.key] }, [part.key, 'Gate/first']);
    const shared = { ...network('monitoring', {}, ['Gate/first']), renderedFrom: 'Bastion/bastion' } as const;
    const desired = desiredState([first, part, owner, shared]);
    tracker.update(desired, ready(), gates, 1000);
    expect(tracker.statuses(desired, gates)[0]?.behind).to.deep.equal(['Network/monitoring', 'Prometheus/prometheus']);
  });

  describe('warns of a hold that holds nothing', () => {
    const messages = (now: number, value = ready()): string[] =>
      tracker.update(DESIRED, value, gates, now).flatMap((event) => (event.type === 'warning' ? [event.message] : []));

    it('because its name is of another form, once, and again when it comes back', () => {
      gates = gateFiles([], { strayHolds: ['web'], holdDirectory: '/g/hold' });
      expect(messages(1000)).to.deep.equal([
        '/g/hold/web holds nothing: its name is not of the form Kind.name, or all; for Container/web: touch /g/hold/Container.web',
      ]);
      expect(messages(2000)).to.deep.equal([]);
      gates = gateFiles([]);
      expect(messages(3000)).to.deep.equal([]);
      gates = gateFiles([], { strayHolds: ['web'] });
      expect(messages(4000)).to.have.length(1);
    });

    it('because no resource has its name, with the one that was meant', () => {
      for (const name of ['Container.wbe', 'container.web', 'Container.we', 'Volume.web']) {
        gates = gateFiles([], { holds: new Set([name]) });
        expect(messages(1000).join(), name).to.contain('no resource').and.to.contain('/Container.web');
      }
      gates = gateFiles([], { holds: new Set(['Container.something']) });
      expect(messages(2000).join()).not.to.contain('touch');
    });

    it('but not of one that holds a resource, everything, or a removal', () => {
      gates = gateFiles([], { holds: new Set(['all', 'Container.web', 'Network.gone']) });
      const hold = { type: 'hold', name: 'hold/Network.gone' } as const;
      const step = {
        id: '#1',
        op: 'RemoveNetwork',
        target: 'Network/gone',
        cause: 'not wanted',
        fields: [],
        after: [],
        risk: 'destructive',
        blockedBy: [hold],
        args: { network: 'gone' },
      } as const;
      expect(messages(1000, plan([], { steps: [step] }))).to.deep.equal([]);
    });
  });
});
