import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { liveDays } from './certificates/days.ts';
import type { Scenario } from './certificates/house.ts';
import { holds } from './runs.ts';

const HOUSES = 10;
const DAYS = 250;

describe('10,000 days of certificates', () => {
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
        await liveDays({ scenario, seed, rootKey }, DAYS);
      });
    };

  it('of an authority that the operator made', live('created'));
  it('of an RSA root that was there', live('existing'));
  it('of roots that are replaced now and then', live('rotated'));
  it('of a root whose key is elsewhere, and a human who signs', live('offline'));
});
