import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import type { ObservedContainer } from '../../../src/model/observed.ts';
import {
  container,
  id,
  network,
  NOW,
  observedContainer,
  observedNetwork,
  planningInput,
} from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

describe('replacing a container', () => {
  const before = container('web', { environment: { V: '1' } });
  const web = container('web', { environment: { V: '2' } });
  const old = (parts: Partial<ObservedContainer> = {}): ObservedContainer => observedContainer(before, parts);
  const retired = (parts: Partial<ObservedContainer> = {}): ObservedContainer =>
    old({ name: 'web.old-aaaaaaaaaaaa', state: 'exited', ...parts });
  const candidate = (parts: Partial<ObservedContainer> = {}): ObservedContainer =>
    observedContainer(web, { id: id('b'), replaces: id('a'), startedAt: NOW - 10_000, ...parts });

  it('makes the new one before it stops the old one, and removes nothing yet', () => {
    expectPlan(
      planningInput([web], { containers: [old()] }),
      `
      #1 CreateContainer Container/web as web.next: spec changed
           environment.V: want 2, got 1
      #2 StopContainer Container/web aaaaaaaaaaaa: spec changed (after #1)
      #3 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: spec changed (after #2)
      #4 RenameContainer Container/web web.next to web: spec changed (after #3)
      #5 StartContainer Container/web: spec changed (after #4)`,
    );
  });

  it('goes on after a crash behind the create', () => {
    expectPlan(
      planningInput([web], { containers: [old(), candidate({ name: 'web.next', state: 'created', startedAt: 0 })] }),
      `
      #1 StopContainer Container/web aaaaaaaaaaaa: replaces aaaaaaaaaaaa
      #2 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: replaces aaaaaaaaaaaa (after #1)
      #3 RenameContainer Container/web bbbbbbbbbbbb to web: replaces aaaaaaaaaaaa (after #2)
      #4 StartContainer Container/web bbbbbbbbbbbb: replaces aaaaaaaaaaaa (after #3)`,
    );
  });

  it('goes on after a crash between the two renames', () => {
    expectPlan(
      planningInput([web], {
        containers: [retired(), candidate({ name: 'web.next', state: 'created', startedAt: 0 })],
      }),
      `
      #1 RenameContainer Container/web bbbbbbbbbbbb to web: replaces aaaaaaaaaaaa
      #2 StartContainer Container/web bbbbbbbbbbbb: replaces aaaaaaaaaaaa (after #1)`,
    );
  });

  it('keeps the old one until the new one is healthy', () => {
    const input = planningInput([web], { containers: [retired(), candidate({ health: 'starting' })] });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/web Progressing AwaitingHealth');
  });

  it('removes the old one once the new one is healthy', () => {
    expectPlan(
      planningInput([web], { containers: [retired(), candidate({ health: 'healthy' })] }),
      '#1 RemoveContainer Container/web aaaaaaaaaaaa: replaced by bbbbbbbbbbbb',
    );
  });

  it('without a health check, lets it run for a moment first', () => {
    expectPlan(planningInput([web], { containers: [retired(), candidate({ startedAt: NOW - 100 })] }), 'nothing to do');
    expectPlan(
      planningInput([web], { containers: [retired(), candidate()] }),
      '#1 RemoveContainer Container/web aaaaaaaaaaaa: replaced by bbbbbbbbbbbb',
    );
  });

  for (const [how, parts, reason] of [
    ['is unhealthy', { health: 'unhealthy', healthOutput: 'refused' }, 'its health check fails: refused'],
    ['exited', { state: 'exited', exitCode: 2 }, 'it exited with code 2'],
    [
      'could not start',
      { state: 'created', error: 'port is already allocated' },
      'it could not be started: port is already allocated',
    ],
    [
      'is not healthy in time',
      { health: 'starting', startedAt: NOW - 60_000 },
      'it was not healthy within 60 s (healthyWithin)',
    ],
  ] as const)
    it(`puts the old one back when the new one ${how}`, () => {
      expectPlan(
        planningInput([web], { containers: [retired(), candidate(parts)] }),
        `
        #1 RecordRollback Container/web: rolled back: ${reason}
        #2 RemoveContainer Container/web bbbbbbbbbbbb: rolled back: ${reason} (after #1)
        #3 RenameContainer Container/web aaaaaaaaaaaa to web: rolled back: ${reason} (after #2)
        #4 StartContainer Container/web aaaaaaaaaaaa: rolled back: ${reason} (after #3)`,
      );
    });

  it('tries again what another container still holds, until its time is up', () => {
    const held = {
      state: 'created',
      error: 'Bind for 0.0.0.0:80 failed: port is already allocated',
      startedAt: 0,
    } as const;
    expectPlan(
      planningInput([web], { containers: [retired(), candidate({ ...held, createdAt: NOW - 2000 })] }),
      '#1 StartContainer Container/web bbbbbbbbbbbb: replaces aaaaaaaaaaaa',
    );
    expectConditions(
      planningInput([web], { containers: [retired(), candidate({ ...held, createdAt: NOW - 61_000 })] }),
      `
      Container/web Degraded RollingBack
      Container/web Progressing Healing`,
    );
  });

  it('starts a replacement again that ended from outside, by a reboot or a person', () => {
    const ended = { state: 'exited', exitCode: 143, createdAt: NOW - 5000 } as const;
    expectPlan(
      planningInput([web], { containers: [retired(), candidate(ended)] }),
      '#1 StartContainer Container/web bbbbbbbbbbbb: replaces aaaaaaaaaaaa',
    );
  });

  it('has the log of the new one read before it is removed, and quotes it when the old one serves again', () => {
    const failing = planningInput([web], { containers: [retired(), candidate({ state: 'exited', exitCode: 127 })] });
    expect(buildPlan(failing).steps[0]?.args).to.deep.equal({
      specHash: web.attempt,
      reason: 'it exited with code 127',
      container: id('b'),
    });
    const failed = { specHash: web.attempt, reason: 'it exited with code 127', at: NOW };
    const message = (log: object): string | undefined =>
      buildPlan(
        planningInput(
          [web],
          { containers: [old()] },
          { memory: { ...EMPTY_MEMORY, rolledBack: { 'Container/web': { ...failed, ...log } } } },
        ),
      ).conditions.find(({ reason }) => reason === 'RolledBack')?.message;
    expect(message({})).to.match(/it exited with code 127\. The previous .*bastion retry Container\/web$/);
    expect(message({ log: 'sh: serve: not found\nbye' })).to.match(
      /code 127\. .*Container\/web\nWhat the new one said last:\nsh: serve: not found\nbye$/,
    );
  });

  it('tries a spec again whose treatment was changed: a longer healthyWithin, say', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { 'Container/web': { specHash: web.attempt, reason: 'too slow', at: NOW } },
    };
    const patient = container('web', { environment: { V: '2' }, healthyWithin: 120_000 });
    expectConditions(
      planningInput([patient], { containers: [old()] }, { memory }),
      'Container/web Progressing SpecChanged',
    );
  });

  it('brings a rolled-back container back into a network that was made anew', () => {
    const front = network('front');
    const wired = container(
      'web',
      { environment: { V: '1' }, networks: { front: { aliases: ['www'], ipv4_address: '10.1.0.9' } } },
      [front.key],
    );
    const wanted = container(
      'web',
      { environment: { V: '2' }, networks: { front: { aliases: ['www'], ipv4_address: '10.1.0.9' } } },
      [front.key],
    );
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { 'Container/web': { specHash: wanted.attempt, reason: 'it exited', at: NOW } },
    };
    expectPlan(
      planningInput(
        [wanted, front],
        { networks: [observedNetwork(front, { id: 'net-new' })], containers: [observedContainer(wired)] },
        { memory },
      ),
      `
      #1 DisconnectNetwork Container/web front aaaaaaaaaaaa: drift
      #2 ConnectNetwork Container/web front aaaaaaaaaaaa: drift (after #1)
           networks.front: want attached, got "attached to a network that is gone"`,
    );
  });

  it('finishes a rollback that a crash cut short', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { 'Container/web': { specHash: web.attempt, reason: 'it exited', at: NOW } },
    };
    expectPlan(
      planningInput([web], { containers: [retired()] }, { memory }),
      `
      #1 RenameContainer Container/web aaaaaaaaaaaa to web: drift
           name: want web, got web.old-aaaaaaaaaaaa
      #2 StartContainer Container/web aaaaaaaaaaaa: drift (after #1)
           state: want running, got exited`,
    );
  });

  it('does not try a rolled back spec again, keeps the old one running, and says so', () => {
    const memory = {
      ...EMPTY_MEMORY,
      rolledBack: { 'Container/web': { specHash: web.attempt, reason: 'it exited', at: NOW } },
    };
    const input = planningInput([web], { containers: [old()] }, { memory });
    expectPlan(input, 'nothing to do');
    expectConditions(
      input,
      `
      Container/web Degraded RolledBack
      Container/web Ready Running`,
    );
    const changed = container('web', { environment: { V: '3' } });
    expectConditions(
      planningInput([changed], { containers: [old()] }, { memory }),
      'Container/web Progressing SpecChanged',
    );
  });

  it('gives up a replacement whose wish has changed meanwhile', () => {
    const changed = container('web', { environment: { V: '3' } });
    expectPlan(
      planningInput([changed], { containers: [retired(), candidate({ health: 'starting' })] }),
      `
      #1 RemoveContainer Container/web bbbbbbbbbbbb: rolled back: the spec changed while its replacement was under way
      #2 RenameContainer Container/web aaaaaaaaaaaa to web: rolled back: the spec changed while its replacement was under way (after #1)
      #3 StartContainer Container/web aaaaaaaaaaaa: rolled back: the spec changed while its replacement was under way (after #2)`,
    );
  });

  it('stops for good after three replacements within an hour for one spec', () => {
    const replacements = (count: number, minutes: number): Partial<typeof EMPTY_MEMORY> => ({
      replacements: {
        'Container/web': { specHash: web.attempt, at: Array.from({ length: count }, () => NOW - minutes * 60_000) },
      },
    });
    const stopped = planningInput(
      [web],
      { containers: [old()] },
      { memory: { ...EMPTY_MEMORY, ...replacements(3, 10) } },
    );
    expectPlan(stopped, 'nothing to do');
    expectConditions(
      stopped,
      `
      Container/web Ready Running
      Container/web Stalled ReplaceLoop`,
    );
    expectConditions(
      planningInput([web], { containers: [old()] }, { memory: { ...EMPTY_MEMORY, ...replacements(2, 10) } }),
      'Container/web Progressing SpecChanged',
    );
    expectConditions(
      planningInput([web], { containers: [old()] }, { memory: { ...EMPTY_MEMORY, ...replacements(3, 61) } }),
      'Container/web Progressing SpecChanged',
    );
  });

  it('carries anonymous volumes over, except where the spec now mounts something', () => {
    const input = planningInput([web], { containers: [old({ anonymousVolumes: { '/data': id('c') } })] });
    expectPlan(
      input,
      `
      #1 CreateContainer Container/web as web.next: spec changed
           environment.V: want 2, got 1
      #2 StopContainer Container/web aaaaaaaaaaaa: spec changed (after #1)
      #3 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: spec changed (after #2)
      #4 RenameContainer Container/web web.next to web: spec changed (after #3)
      #5 StartContainer Container/web: spec changed (after #4)`,
    );
  });
});
