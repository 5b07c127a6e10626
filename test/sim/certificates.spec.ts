import { expect } from 'chai';
import fc from 'fast-check';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { liveDays } from './certificates/days.ts';
import type { Scenario } from './certificates/house.ts';
import { MUTANTS, type Mutant } from './certificates/mutants.ts';
import { holds } from './runs.ts';

/** Of each kind; 4,000 days in all, and 10,000 with BASTION_SIM_RUNS=2.5. */
const HOUSES = 10;
const DAYS = 100;

describe('days of certificates by the thousand', () => {
  let rootKey: KeyObject;

  before(() => {
    rootKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  });

  const live = (scenario: Scenario): (() => Promise<void>) =>
    async function (this: Mocha.Context) {
      this.timeout(600_000);
      // A seed says nothing about its neighbours: there is nothing smaller to find.
      const seeds = fc.noShrink(fc.integer({ min: 0, max: 0x7fffffff }));
      await holds(seeds, HOUSES, async (seed) => {
        const { settled } = await liveDays({ scenario, seed, rootKey }, DAYS);
        expect(settled, `days that ended as wanted, seed ${seed}`).to.be.greaterThan(DAYS / 5);
      });
    };

  it('of an authority that the operator made', live('created'));
  it('of an RSA root that was there', live('existing'));
  it('of roots that are replaced now and then', live('rotated'));
  it('of a root whose key is elsewhere, and a human who signs', live('offline'));

  for (const mutant of MUTANTS)
    it(`are judged by somebody who notices an operator that ${mutant.fault}`, async function () {
      this.timeout(120_000);
      expect(await verdictOn(mutant)).to.match(mutant.noticed);
    });

  /** The first lines of what is said of it, in one of some houses. */
  async function verdictOn({ scenario, plan, files }: Mutant): Promise<string> {
    for (let seed = 1; seed <= 5; seed++) {
      try {
        const options = { scenario, seed, rootKey, ...(plan && { plan }), ...(files && { files }) };
        await liveDays(options, DAYS);
      } catch (error) {
        return (error as Error).message.split(/\n\d{4}-/)[0] ?? '';
      }
    }
    return 'nothing';
  }
});
