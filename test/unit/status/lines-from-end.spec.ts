import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { linesFromEnd } from '../../../src/status/lines-from-end.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('lines of a file from its end', () => {
  const directory = temporaryDirectory('lines');
  const linesOf = (text: string): string[] => {
    const path = join(directory(), 'file');
    writeFileSync(path, text);
    return [...linesFromEnd(path)];
  };

  it('are those of the file, last first, with or without a newline at the end', () => {
    expect(linesOf('one\ntwo\n\nthree')).to.deep.equal(['three', 'two', 'one']);
    expect(linesOf('one\ntwo\n')).to.deep.equal(['two', 'one']);
    expect(linesOf('')).to.deep.equal([]);
  });

  it('are whole where a block ends within a line or within a letter', () => {
    const long = 'ä€'.repeat(50_000);
    const text = `${'x'.repeat(65_535)}\nfirst\n${long}\nlast\n`;
    expect(linesOf(text)).to.deep.equal(['last', long, 'first', 'x'.repeat(65_535)]);
  });

  it('are the same as those read forwards, for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30_000 }), { maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        const wanted = text.split('\n').filter((line) => line !== '');
        expect(linesOf(text)).to.deep.equal(wanted.reverse());
      }),
      { numRuns: 30 },
    );
  });
});
