import { arbitraryHistory } from '../support/arbitrary-world.ts';
import { ControlledSimulation } from './controlled-simulation.ts';
import { finish } from './finish.ts';
import { play } from './play.ts';
import { holds } from './runs.ts';

describe('random histories with the whole controller', () => {
  it('never step behind a closed gate, on a hold or a foreign object, and always end as wanted', async function () {
    this.timeout(600_000);
    await holds(arbitraryHistory, 60, async (history) => {
      const simulation = new ControlledSimulation();
      try {
        for (const event of history) {
          await play(simulation, event);
          if (event.type !== 'foreign' && event.type !== 'plant') await simulation.pass();
        }
        await finish(simulation);
        await simulation.stop();
      } finally {
        simulation.close();
      }
    });
  });
});
