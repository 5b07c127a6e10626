import { expect } from 'chai';
import { readExpression } from '../../support/dashboards/promql.ts';

describe('reading an expression of PromQL', () => {
  it('tells what each metric is in, over what range and by which matchers', () => {
    expect(
      readExpression('topk(3, sum by (a) (rate(b_total{c=~"$d(@.+)?",e!="f"}[$__rate_interval])))').selectors,
    ).to.deep.equal([
      {
        name: 'b_total',
        matchers: [
          { label: 'c', op: '=~', value: '$d(@.+)?' },
          { label: 'e', op: '!=', value: 'f' },
        ],
        range: '$__rate_interval',
        within: ['topk', 'sum', 'rate'],
      },
    ]);
  });

  it('tells all labels that are grouped or joined by, before and behind what is grouped', () => {
    const { groupings } = readExpression('sum by (a, b) (c) / on (d) group_left (e) max(f) by (g) and on () h');
    expect(groupings).to.have.members(['a', 'b', 'd', 'e', 'g']);
  });

  it('takes neither words of the language nor what stands in strings for metrics', () => {
    const expression = 'label_replace(a or b unless bool c, "stat", "d_e", "", "") offset 5m > 1e3 and vector(0)';
    expect(readExpression(expression).selectors.map(({ name }) => name)).to.deep.equal(['a', 'b', 'c']);
  });

  it('reads a selector of matchers alone', () => {
    expect(readExpression('{__name__=~"a|b"}').selectors).to.deep.equal([
      { name: '', matchers: [{ label: '__name__', op: '=~', value: 'a|b' }], range: undefined, within: [] },
    ]);
  });
});
