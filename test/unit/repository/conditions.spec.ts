import { expect } from 'chai';
import { CONDITION_TYPES } from '../../../src/model/condition.ts';
import { readPage } from '../../support/documentation/blocks.ts';
import { conditionReasons } from '../../support/documentation/condition-reasons.ts';

/** Rows of the tables of docs/conditions.md: reason, with which conditions, meaning, what to do. */
const ROWS = [...readPage('docs/conditions.md').matchAll(/^\| `(\w+)` +\| ([^|]+)\| ([^|]+)\| ([^|]+)\|$/gm)].map(
  ([, reason = '', types = '', means = '', todo = '']) => ({
    reason,
    types: types.trim(),
    means: means.trim(),
    todo: todo.trim(),
  }),
);

describe('docs/conditions.md', () => {
  it('has every reason that the operator can give, and no other', () => {
    const reasons = conditionReasons();
    expect(reasons.length).to.be.greaterThan(150);
    const documented = ROWS.map(({ reason }) => reason).sort();
    expect(
      documented.filter((reason, index) => documented.indexOf(reason) !== index),
      'twice',
    ).to.deep.equal([]);
    expect(
      reasons.filter((reason) => !documented.includes(reason)),
      'not explained',
    ).to.deep.equal([]);
    expect(
      documented.filter((reason) => !reasons.includes(reason)),
      'not given any more',
    ).to.deep.equal([]);
  });

  it('says with which condition each comes, what it means and what to do', () => {
    for (const { reason, types, means, todo } of ROWS) {
      for (const type of types.split(', ').slice(0, types === 'any, not holding' ? 0 : undefined))
        expect(CONDITION_TYPES, reason).to.include(type);
      expect(means, reason).to.match(/^[A-Z].{10,}\.$/);
      expect(todo, reason).to.match(/\.$/);
    }
  });

  it('has something to do wherever something is wrong', () => {
    for (const { reason, types, todo } of ROWS)
      if (/Degraded|Stalled/.test(types) && !/Progressing/.test(types)) expect(todo, reason).not.to.equal('Nothing.');
  });
});
