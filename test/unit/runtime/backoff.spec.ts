import { expect } from 'chai';
import fc from 'fast-check';
import { isBackingOff } from '../../../src/model/backing-off.ts';
import type { Backoff } from '../../../src/model/memory.ts';
import { backoffCeiling, nextBackoff } from '../../../src/runtime/backoff.ts';
import { countReplacement } from '../../../src/runtime/budget.ts';

const failure = { specHash: 'v1:a', error: { code: 'X', message: 'x' }, terminal: false, now: 1000, random: 1 };

describe('backoff', () => {
  it('doubles from 1 s to 5 min', () => {
    const waits: number[] = [];
    let backoff: Backoff | undefined;
    for (let count = 0; count < 11; count++) {
      backoff = nextBackoff(backoff, failure);
      waits.push((backoff.notBefore - failure.now) / 1000);
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('starts afresh for another spec', () => {
    const before = nextBackoff(nextBackoff(undefined, failure), failure);
    expect(nextBackoff(before, { ...failure, specHash: 'v1:b' }).failures).to.equal(1);
  });

  it('waits within its ceiling, whatever chance says', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.double({ min: 0, max: 0.999999, noNaN: true }), (failures, random) => {
        const before: Backoff = { ...failure, failures, notBefore: 0 };
        const wait = nextBackoff(before, { ...failure, random }).notBefore - failure.now;
        return wait >= 0 && wait <= backoffCeiling(failures + 1) && wait <= 300_000;
      }),
    );
  });
});

describe('the backoff of a failed issue', () => {
  const issue = { ...failure, error: { code: 'ISSUE_FAILED', message: 'x' }, random: 0 };

  it('doubles from 1 h to 32 h, exactly', () => {
    const waits: number[] = [];
    let backoff: Backoff | undefined;
    for (let count = 0; count < 8; count++) {
      backoff = nextBackoff(backoff, issue);
      waits.push((backoff.notBefore - issue.now) / 3_600_000);
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 32, 32]);
  });

  it('does not add up with failures of another kind', () => {
    const many = Array.from({ length: 9 }).reduce<Backoff | undefined>(
      (before) => nextBackoff(before, failure),
      undefined,
    );
    expect(nextBackoff(many, issue).failures).to.equal(1);
    expect(nextBackoff(nextBackoff(undefined, issue), failure).failures).to.equal(1);
  });
});

describe('the backoff of a failed backup', () => {
  it('doubles from 1 min to 1 h: each try moves gigabytes', () => {
    const failed = { ...failure, error: { code: 'BACKUP_FAILED', message: 'x' }, random: 0 };
    const waits: number[] = [];
    let backoff: Backoff | undefined;
    for (let count = 0; count < 8; count++) {
      backoff = nextBackoff(backoff, failed);
      waits.push((backoff.notBefore - failed.now) / 60_000);
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60]);
  });
});

describe('a clock that was set back', () => {
  it('ends every wait that it would make longer than any', () => {
    const year = 365 * 86_400_000;
    const backoff = nextBackoff(undefined, { ...failure, now: year });
    expect(isBackingOff(backoff, year)).to.equal(true);
    expect(isBackingOff(backoff, 0)).to.equal(false);
  });
});

describe('replacement budget', () => {
  it('counts within an hour and one spec', () => {
    const hour = 3_600_000;
    const first = countReplacement(undefined, 'v1:a', 0);
    const second = countReplacement(first, 'v1:a', hour - 1);
    expect(second.at).to.deep.equal([0, hour - 1]);
    expect(countReplacement(second, 'v1:a', hour).at).to.deep.equal([hour - 1, hour]);
    expect(countReplacement(second, 'v1:b', hour)).to.deep.equal({ specHash: 'v1:b', at: [hour] });
  });
});
