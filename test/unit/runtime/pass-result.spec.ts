import { expect } from 'chai';
import { headline } from '../../../src/runtime/headline.ts';
import { passResult } from '../../../src/runtime/pass-result.ts';
import { condition, plan, updateStep } from '../../support/trace-events.ts';

const READY = plan([condition('Container/web', 'Ready')]);

describe('the result of a pass', () => {
  it('is converged only when nothing is left to do and everything is Ready', () => {
    expect(passResult(READY, false, true)).to.equal('converged');
    expect(passResult(READY, true, true)).to.equal('progressing');
    expect(passResult(plan([condition('Container/web', 'Stalled')]), false, true)).to.equal('failing');
    expect(passResult(plan([condition('Gate/go', 'Blocked')]), false, true)).to.equal('waiting');
  });

  it('is failing while a file of the desired state is broken, since what it holds is not known', () => {
    expect(passResult(READY, false, false)).to.equal('failing');
    const shown = headline({ result: 'failing', plan: READY, gates: [], running: [], errors: 2, stopped: '' });
    expect(shown).to.equal('failing: 2 errors in the desired state');
  });

  it('is waiting when all that is wrong was put on hold by a human', () => {
    const held = plan([
      condition('Container/web', 'Degraded', 'NotRunning'),
      condition('Container/web', 'Blocked', 'Held'),
    ]);
    expect(passResult(held, false, true)).to.equal('waiting');
    const more = plan([...held.conditions, condition('Container/db', 'Degraded', 'Unhealthy')]);
    expect(passResult(more, false, true)).to.equal('failing');
    const shown = headline({ result: 'failing', plan: more, gates: [], running: [], errors: 0, stopped: '' });
    expect(shown).to.equal('failing: Container/db (Unhealthy)');
  });

  it('names what a human is to do where that is no gate, consent or hold', () => {
    const awaited = plan([
      condition('Secret/token', 'Blocked', 'AwaitingSecret'),
      condition('Container/web', 'Blocked', 'DependencyNotReady'),
    ]);
    const shown = headline({ result: 'waiting', plan: awaited, gates: [], running: [], errors: 0, stopped: '' });
    expect(shown).to.equal('waiting for you: Secret/token (AwaitingSecret)');
  });

  it('names what is tried again when nothing else is wrong', () => {
    const blockedBy = [{ type: 'backoff', name: 'ENGINE_FAULT' }] as const;
    const tried = plan([], { steps: [updateStep('Container/web', [], { blockedBy })] });
    expect(passResult(tried, false, true)).to.equal('failing');
    const shown = headline({ result: 'failing', plan: tried, gates: [], running: [], errors: 0, stopped: '' });
    expect(shown).to.equal('failing: Container/web will be tried again');
  });
});
