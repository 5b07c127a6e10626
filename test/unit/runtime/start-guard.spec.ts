import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { Condition } from '../../../src/model/condition.ts';
import type { GateFiles } from '../../../src/model/gates.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import type { Step } from '../../../src/model/step.ts';
import { startRefusal } from '../../../src/runtime/start-guard.ts';
import { container, desiredState, directory, gate, gateFiles, NOW } from '../../support/planning.ts';
import { startStep } from './steps-for-tests.ts';

describe('startRefusal', () => {
  const web = container('web', {}, ['Gate/ok']);
  const wanted = desiredState([gate('ok'), web]);
  const step = startStep('#1', 'Container/web');
  const intent = { specHash: web.hash, attempt: web.attempt, touches: [], consents: [] };
  const ask = (
    gates: GateFiles,
    parts: { step?: Step; committed?: boolean; desired?: DesiredState; intent?: object; conditions?: Condition[] } = {},
  ): string | undefined =>
    startRefusal(parts.step ?? step, { ...intent, ...parts.intent }, parts.committed === true, {
      desired: parts.desired ?? wanted,
      gates,
      memory: EMPTY_MEMORY,
      conditions: parts.conditions ?? [],
      now: NOW,
    });

  it('lets go on what still may', () => expect(ask(gateFiles(['ok']))).to.equal(undefined));

  it('refuses what a gate or a hold stands before by now, also a hold on what is touched', () => {
    expect(ask(gateFiles())).to.contain('Gate/ok');
    for (const hold of ['all', 'Container.web', 'Container.db'])
      expect(ask(gateFiles(['ok'], { holds: new Set([hold]) }), { intent: { touches: ['Container/db'] } })).to.contain(
        hold,
      );
  });

  it('refuses what a hold on the high-level resource stands before of which it is a part', () => {
    const desired = desiredState([gate('ok'), { ...web, renderedFrom: 'Traefik/edge' }]);
    const gates = gateFiles(['ok'], { holds: new Set(['Traefik.edge']) });
    expect(ask(gates, { desired })).to.contain('hold/Traefik.edge');
    expect(ask(gates)).to.equal(undefined);
  });

  it('refuses what was planned for another manifest, or for none', () => {
    const edited = desiredState([gate('ok'), container('web', { mem_limit: 8e6 }, ['Gate/ok'])]);
    expect(ask(gateFiles(['ok']), { desired: edited })).to.contain('edited');
    expect(ask(gateFiles(['ok']), { desired: desiredState([]) })).to.contain('edited');
    expect(ask(gateFiles(['ok']), { intent: { attempt: '' } })).to.contain('edited');
  });

  it('finishes what was begun, but removes nothing', () => {
    expect(ask(gateFiles(), { committed: true })).to.equal(undefined);
    const removal: Step = {
      ...step,
      op: 'RemoveContainer',
      risk: 'destructive',
      args: { container: 'web', removeAnonymousVolumes: false },
    };
    expect(ask(gateFiles(), { committed: true, step: removal })).to.contain('Gate/ok');
  });

  it('refuses a removal whose consent was withdrawn, or that an incomplete reading no longer backs', () => {
    const removal: Step = { ...step, op: 'RemoveVolume', risk: 'destructive', args: { name: 'data' } };
    const gone = { attempt: '', consents: ['prune-1.ok'] };
    const complete = desiredState([]);
    expect(ask(gateFiles(['prune-1']), { step: removal, desired: complete, intent: gone })).to.equal(undefined);
    expect(ask(gateFiles(), { step: removal, desired: complete, intent: gone })).to.contain('prune-1.ok');
    const cut = desiredState([], { complete: false });
    expect(ask(gateFiles(['prune-1']), { step: removal, desired: cut, intent: gone })).to.contain('complete');
  });

  it('refuses what needs a directory that was found to be another one meanwhile', () => {
    const data = directory('data', { sentinel: true });
    const user = container('web', {}, [data.key]);
    const intended = { specHash: user.hash, attempt: user.attempt };
    const desired = desiredState([data, user]);
    const gone = { key: data.key, type: 'Stalled', reason: 'SentinelMissing', message: '', observedHash: '' } as const;
    expect(ask(gateFiles(), { desired, intent: intended })).to.equal(undefined);
    expect(ask(gateFiles(), { desired, intent: intended, conditions: [gone] })).to.contain('Directory/data');
  });
});
