import { expect } from 'chai';
import fc from 'fast-check';
import { fittingText, widthOf } from '../../../../src/status/page/graph/fitting-text.ts';

describe('a text that is to fit into a box of the graph', () => {
  it('is left as it is where it fits, and loses its middle where it does not', () => {
    expect(fittingText('web', 11)).to.equal('web');
    expect(fittingText('a-name-that-is-long-and-ends-in-web', 11)).to.match(/^a-name.*….*-web$/);
    expect(fittingText('illiilliilliilliilli', 11), 'narrow letters').to.equal('illiilliilliilliilli');
  });

  it('is judged by its letters, not by their number', () => {
    expect(fittingText('wwwwwwwwwwwwwwwww', 11)).to.match(/^w{3,5}…w{3,5}$/);
    expect(fittingText('日本語日本語日本語日本語', 11)).to.match(/^日本語日?….*語$/);
  });

  it('never is wider than what it is given, and keeps as much of both ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 2, max: 20 }), (text, widest) => {
        const shown = fittingText(text, widest);
        expect(widthOf(shown)).to.be.at.most(widest);
        if (shown === text) return;
        expect(widthOf(text)).to.be.greaterThan(widest);
        const place = shown.indexOf('…');
        expect(text.startsWith(shown.slice(0, place))).to.equal(true);
        expect(text.endsWith(shown.slice(place + 1))).to.equal(true);
      }),
    );
  });
});
