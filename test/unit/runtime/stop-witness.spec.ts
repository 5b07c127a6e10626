import { expect } from 'chai';
import type { Fields } from '../../../src/model/fields.ts';
import { StopWitness } from '../../../src/runtime/stop-witness.ts';

describe('StopWitness', () => {
  let witness: StopWitness;
  beforeEach(() => (witness = new StopWitness()));
  const hear = (Action: string, Attributes: Record<string, string> = {}): void =>
    witness.hear({ Type: 'container', Action, Actor: { ID: 'web', Attributes } });
  const stopped = (fields: Fields = {}): boolean => witness.wasStopped({ id: 'web', fields });

  it('takes an end without a signal for a fall', () => {
    hear('start');
    hear('die', { exitCode: '137' });
    expect(stopped()).to.equal(false);
  });

  it('knows a container that was killed', () => {
    hear('kill', { signal: '9' });
    hear('die', { exitCode: '137' });
    expect(stopped()).to.equal(true);
  });

  it('knows one that was stopped, with its own signal too', () => {
    hear('kill', { signal: '3' });
    expect(stopped(), 'a dump is no stop').to.equal(false);
    expect(stopped({ stop_signal: 'SIGQUIT' })).to.equal(true);
    hear('kill', { signal: 'SIGTERM' });
    expect(stopped()).to.equal(true);
  });

  it('does not take a reload for a stop', () => {
    hear('kill', { signal: '1' });
    expect(stopped()).to.equal(false);
  });

  it('forgets with the next start', () => {
    hear('kill', { signal: '9' });
    hear('start');
    hear('die', { exitCode: '1' });
    expect(stopped()).to.equal(false);
  });
});
