import { expect } from 'chai';
import type { Condition } from '../../../src/model/condition.ts';
import type { GateFiles } from '../../../src/model/gates.ts';
import type { Key } from '../../../src/model/key.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { gateWitnesses } from '../../../src/plan/build-plan.ts';
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
  let memory: Memory;
  const types = (now: number, value: Plan, desired = DESIRED): string[] =>
    tracker.update(desired, value, { gates, memory, now }).map(({ type }) => type);
  const status = () => tracker.statuses(DESIRED, gates)[0];

  const messages = (now: number, value = ready(), desired = DESIRED): string[] =>
    tracker
      .update(desired, value, { gates, memory, now })
      .flatMap((event) => (event.type === 'warning' ? [event.message] : []));

  beforeEach(() => {
    tracker = new GateTracker();
    gates = gateFiles([]);
    memory = EMPTY_MEMORY;
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
    const [event] = tracker.update(DESIRED, ready('Container/web'), { gates, memory, now: 4000 });
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
    tracker.update(desired, ready(), { gates, memory, now: 1000 });
    expect(tracker.statuses(desired, gates)[0]?.behind).to.deep.equal(['Network/monitoring', 'Prometheus/prometheus']);
  });

  describe('warns of a hold that holds nothing', () => {
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

  describe('warns of a file that opens no gate', () => {
    const BROKEN = { ...DESIRED, complete: false };

    it('because no gate has its name, once, with the one that was meant', () => {
      gates = gateFiles(['lock', 'elsewhere'], { directory: '/g', refused: { loook: 'it is a symlink' } });
      expect(messages(1000)).to.deep.equal([
        '/g/elsewhere.ok opens nothing: no gate is named elsewhere; bastion gates lists the gates',
        '/g/lock.ok opens nothing: no gate is named lock; did you mean look: touch /g/look.ok',
        '/g/loook.ok opens nothing: no gate is named loook; did you mean look: touch /g/look.ok',
      ]);
      expect(messages(2000)).to.deep.equal([]);
    });

    it('because it ends otherwise, if it resembles a gate at all', () => {
      gates = gateFiles([], { directory: '/g', strayFiles: ['README', 'look', 'look.OK', 'Lok.okay'] });
      expect(messages(1000)).to.deep.equal(
        ['Lok.okay', 'look', 'look.OK'].map(
          (file) => `/g/${file} opens nothing: its name does not end in .ok; did you mean look: touch /g/look.ok`,
        ),
      );
    });

    it('but not while the manifest of its gate may be the broken one', () => {
      gates = gateFiles(['lock']);
      expect(messages(1000, ready(), BROKEN)).to.deep.equal([]);
    });

    it('and of a consent that is not quite the one that is asked for, not of one that was used', () => {
      gates = gateFiles(['prune-3f9ac3', 'prune-000000'], { directory: '/g' });
      const asking = plan([], { consents: [{ file: 'prune-3f9ac2.ok', removes: ['Volume/data'] }] });
      expect(messages(1000, asking)).to.deep.equal([
        '/g/prune-3f9ac3.ok consents to nothing that waits; did you mean prune-3f9ac2: touch /g/prune-3f9ac2.ok',
      ]);
      gates = gateFiles(['prune-3f9ac2', 'prune-000000'], { directory: '/g' });
      expect(messages(2000, asking)).to.deep.equal([]);
      expect(messages(3000)).to.deep.equal([]);
    });
  });

  it('warns of a gates directory that cannot be read where a gate is closed by it', () => {
    gates = gateFiles([], { error: 'gates directory /g does not exist' });
    expect(messages(1000, ready(), desiredState([container('web')]))).to.deep.equal([]);
    expect(messages(2000)).to.deep.equal(['gates directory /g does not exist']);
  });

  describe('says why a file that is there does not count', () => {
    const asked = gate('look', ['Container/web'], { revalidate: 'onChange' });
    const before = desiredState([container('web'), asked]);
    const after = desiredState([container('web', { environment: { V: '2' } }), asked]);
    const remember = (desired: DesiredState, now: number): void => {
      memory = { ...memory, gateWitness: gateWitnesses({ desired, memory, now }) };
    };
    const update = (desired: DesiredState, value: Plan, now: number): [string[], string | undefined] => [
      tracker
        .update(desired, value, { gates, memory, now })
        .map((event) => (event.type === 'warning' ? event.message : event.type)),
      tracker.statuses(desired, gates)[0]?.refused,
    ];

    it('once, between that it closed and what to do', () => {
      remember(before, 1000);
      gates = gateFiles([], { open: { look: { name: 'look.ok', modifiedAt: 2000 } } });
      expect(update(before, ready('Container/web', 'Gate/look'), 3000)).to.deep.equal([[], undefined]);
      remember(after, 4000);
      const why = 'what it depends on has changed since look.ok was made';
      expect(update(after, ready('Container/web'), 4000)).to.deep.equal([
        ['gate-closed', `Gate/look: look.ok is there but does not count: ${why}`, 'gate-waiting'],
        why,
      ]);
      expect(update(after, ready('Container/web'), 5000)).to.deep.equal([[], why]);
      gates = gateFiles([], { open: { look: { name: 'look.ok', modifiedAt: 6000 } } });
      expect(update(after, ready('Container/web', 'Gate/look'), 6000)).to.deep.equal([['gate-opened'], undefined]);
    });

    it('also where nothing is remembered, and when the operator has looked for the first time', () => {
      gates = gateFiles([], { open: { look: { name: 'look.ok', modifiedAt: 2000 } } });
      expect(update(before, ready('Container/web'), 3000)[1])
        .to.contain('nothing is remembered of what it depends on')
        .and.to.contain('once the operator (bastion run, bastion apply) has looked, a look.ok that is newer counts');
      remember(before, 4000);
      expect(update(before, ready('Container/web'), 4000)[1]).to.contain(
        'made before the operator first looked at what it depends on',
      );
      remember(after, 5000);
      expect(update(after, ready('Container/web'), 5000)[1]).to.contain('has changed since look.ok was made');
    });

    it('as the reading of the directory said', () => {
      gates = gateFiles([], { refused: { look: 'it is a symlink' } });
      const [events, refused] = update(before, ready(), 1000);
      expect(events).to.deep.equal(['Gate/look: look.ok is there but does not count: it is a symlink']);
      expect(refused).to.equal('it is a symlink');
    });
  });
});
