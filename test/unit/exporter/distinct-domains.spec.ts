import { expect } from 'chai';
import fc from 'fast-check';
import { DistinctDomains } from '../../../src/exporter/scores/distinct-domains.ts';

describe('how many different domains there were', () => {
  it('is exact for different hashes, whatever they are, and bounded', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 800 }), (hashes) => {
        const domains = new DistinctDomains();
        const truth = new Set<number>();
        for (const hash of hashes) {
          const isNew = !truth.has(hash) && truth.size < 512;
          if (isNew) truth.add(hash);
          expect(domains.add(hash)).to.equal(isNew);
        }
        expect(domains.size).to.equal(truth.size);
        expect(domains.isFull).to.equal(truth.size === 512);
        domains.clear();
        expect(domains.size).to.equal(0);
      }),
    );
  });

  it('tells apart what falls into one place', () => {
    const domains = new DistinctDomains();
    for (let index = 1; index <= 600; index++) expect(domains.add(index * 1024)).to.equal(index <= 512);
    for (let index = 1; index <= 512; index++) expect(domains.add(index * 1024)).to.equal(false);
  });
});
