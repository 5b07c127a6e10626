import { expect } from 'chai';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { Observed, ObservedContainer, ObservedPath } from '../../../src/model/observed.ts';
import type { ObservedSentinel } from '../../../src/model/sentinel.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { newSentinels } from '../../../src/plan/sentinel.ts';
import { expectConditions, expectPlan, planText } from '../../support/plan-text.ts';
import {
  container,
  desiredState,
  directory,
  file,
  image,
  observedContainer,
  planningInput,
} from '../../support/planning.ts';

const ID = '0123456789abcdef0123456789abcdef';
const OTHER = 'f'.repeat(32);
const INODE = '2049:7';

describe('planning a directory with a sentinel', () => {
  const data = directory('data', { sentinel: true });
  const db = container('db', { volumes: [{ type: 'bind', source: '/srv/data', target: '/data', read_only: false }] }, [
    data.key,
    'Image/app:1',
  ]);
  const there: ObservedPath = { type: 'directory', uid: 0, gid: 0, mode: 0o755, modifiedAt: 0 };
  const nothing: ObservedPath = { ...there, type: 'missing' };
  const known: Memory = { ...EMPTY_MEMORY, sentinels: { [data.key]: { id: ID, inode: INODE } } };
  const present: ObservedSentinel = { state: 'present', id: ID, inode: INODE };

  function input(
    sentinel: ObservedSentinel,
    { memory = EMPTY_MEMORY, containers = [] as ObservedContainer[], path = there } = {},
  ) {
    const observed: Partial<Observed> = {
      sentinels: { [data.key]: sentinel },
      containers,
      paths: { '/srv/data': path },
    };
    return planningInput([data, db, image('app:1')], observed, { memory });
  }

  it('makes the directory and its sentinel the first time, and only then what needs it', () => {
    expectPlan(
      input({ state: 'missing' }, { path: nothing }),
      `
      #1 CreateDirectory Directory/data: missing
      #2 WriteSentinel Directory/data: first time (after #1)
      #3 CreateContainer Container/db: missing (after #2)
      #4 StartContainer Container/db: missing (after #3)`,
    );
  });

  it('marks a directory that is there, full or empty, and takes one that is marked as it is', () => {
    expectPlan(
      input({ state: 'missing', inode: INODE }, { containers: [observedContainer(db)] }),
      '#1 WriteSentinel Directory/data: first time',
    );
    const taken = input(present, { containers: [observedContainer(db)] });
    expectPlan(taken, 'nothing to do');
    expect(newSentinels(taken)).to.deep.equal({ [data.key]: { id: ID, inode: INODE } });
  });

  for (const [what, sentinel, reason, words] of [
    [
      'its sentinel is gone',
      { state: 'missing', inode: INODE },
      'SentinelMissing',
      'has no .bastion-sentinel any more.',
    ],
    ['another disk is there', { state: 'missing', inode: '2050:2' }, 'SentinelMissing', 'on another file system'],
    ['it is gone itself', { state: 'missing' }, 'SentinelMissing', '/srv/data is gone'],
    [
      'it is another one',
      { state: 'present', id: OTHER, inode: '2050:2' },
      'SentinelDiffers',
      'has the id ffffffff, not 01234567',
    ],
    ['it cannot be looked at', { state: 'unreadable', error: 'EIO' }, 'SentinelUnreadable', 'EIO'],
  ] as const) {
    describe(`of which something is remembered, when ${what}`, () => {
      const path = sentinel.state === 'missing' && !('inode' in sentinel) ? nothing : there;

      it('creates nothing of what needs it, and says what to do', () => {
        const missing = input(sentinel, { memory: known, path });
        expectPlan(
          missing,
          `
          #1 CreateContainer Container/db: missing [blocked by Directory/data]
          #2 StartContainer Container/db: missing (after #1) [blocked by Directory/data]`,
        );
        const said = buildPlan(missing).conditions.find(({ key }) => key === data.key);
        expect(said).to.include({ reason }).and.have.property('message').that.contains(words);
        if (sentinel.state !== 'unreadable') expect(said?.message).to.contain('bastion retry Directory/data');
      });

      it('starts nothing that stopped, replaces nothing and leaves alone what runs', () => {
        const stopped = observedContainer(db, { state: 'exited' });
        expectPlan(
          input(sentinel, { memory: known, path, containers: [stopped] }),
          `
          #1 StartContainer Container/db aaaaaaaaaaaa: drift [blocked by Directory/data]
               state: want running, got exited`,
        );
        const drifted = observedContainer(db);
        const replaced = { ...drifted, fields: { ...drifted.fields, user: '1000' } };
        const plan = buildPlan(input(sentinel, { memory: known, path, containers: [replaced] }));
        expect(plan.steps).to.have.length.above(1);
        for (const step of plan.steps) expect(step.blockedBy.map(({ name }) => name)).to.include(data.key);
        expectPlan(input(sentinel, { memory: known, path, containers: [drifted] }), 'nothing to do');
      });
    });
  }

  it('restarts nothing that uses it either, because of something else', () => {
    const config = file('config', { onChange: [{ container: 'db', action: { type: 'restart' } }] });
    const unmounted = input(
      { state: 'missing', inode: '2050:2' },
      { memory: known, containers: [observedContainer(db)] },
    );
    const plan = buildPlan({ ...unmounted, desired: desiredState([data, db, image('app:1'), config]) });
    const restart = plan.steps.find(({ op }) => op === 'RestartContainer');
    expect(restart?.blockedBy.map(({ name }) => name)).to.include(data.key);
  });

  it('goes on as soon as the right directory is back, wherever it lies now, and remembers where', () => {
    const back = input({ state: 'present', id: ID, inode: '2051:7' }, { memory: known });
    expectConditions(
      back,
      `
      Container/db Progressing Missing
      Directory/data Ready Present
      Image/app:1 Ready Present`,
    );
    expect(newSentinels(back)).to.deep.equal({ [data.key]: { id: ID, inode: '2051:7' } });
  });

  it('never takes another directory for the one that it remembers by itself', () => {
    expect(newSentinels(input({ state: 'present', id: OTHER, inode: INODE }, { memory: known }))).to.deep.equal({});
    expect(newSentinels(input({ state: 'missing', inode: INODE }, { memory: known }))).to.deep.equal({});
  });

  describe('whose container was started with another directory than lies there now', () => {
    const running = observedContainer(db);
    const replaced = { ...running, fields: { ...running.fields, user: '1000' } };
    const stray = (containers: ObservedContainer[]): PlanningInput => {
      const seen = input(present, { memory: known, containers });
      return { ...seen, observed: { ...seen.observed, strayMounts: { [running.id]: ['/srv/data'] } } };
    };

    it('says what will be lost and how to go on, and does not replace it', () => {
      expectPlan(stray([replaced]), 'nothing to do');
      const said = buildPlan(stray([running])).conditions.find(({ type }) => type === 'Degraded');
      expect(said).to.include({ key: db.key, reason: 'StrayMount' });
      expect(said?.message).to.contain('docker stop db');
    });

    it('replaces it once a human stopped it', () => {
      const seen = input(present, { memory: known, containers: [{ ...replaced, state: 'exited' }] });
      expect(planText(seen)).to.contain('CreateContainer Container/db as db.next: drift');
    });
  });
});
