import { expect } from 'chai';
import type { Survival } from '../support/arbitrary-world.ts';
import { container, desiredState, network } from '../support/planning.ts';
import { Simulation } from './simulation.ts';

const front = network('front');
const web = container('web', { image: 'good:1', networks: { front: { aliases: [] } } }, [front.key]);
const kept = desiredState([network('kept')]);
/** More calls than it takes to make what is wanted. */
const CALLS = 30;

describe('removals after a crash', function () {
  this.timeout(60_000);

  /** Wants things, dies at a call, and its successor wants them no more. @returns what is there then, and the consents asked for */
  async function crashAt(call: number, survival: Survival): Promise<{ left: string[]; consents: number }> {
    const simulation = new Simulation();
    try {
      simulation.desired = desiredState([front, web]);
      simulation.crash = { at: call, survival };
      await simulation.pass();
      if (simulation.operator !== undefined) simulation.kill(survival);
      simulation.desired = kept;
      for (let pass = 0; pass < 3; pass++) await simulation.pass(true);
      const { containers, networks } = simulation.daemon;
      const names = [...containers.values(), ...networks.values()].map(({ inspect }) => inspect.Name);
      const left = names.filter((name) => /front|web/.test(name));
      return { left, consents: simulation.plan?.consents.length ?? 0 };
    } finally {
      simulation.close();
    }
  }

  it('need no consent for what was made, at whichever call the operator died', async () => {
    for (let call = 1; call <= CALLS; call++)
      expect(await crashAt(call, 'flushed'), `died at call ${call}`).to.deep.equal({ left: [], consents: 0 });
  });

  it('wait for consent where the state directory is lost, too', async () => {
    const { left, consents } = await crashAt(CALLS, 'lost');
    expect(left).to.have.length(2);
    expect(consents).to.equal(1);
  });
});
