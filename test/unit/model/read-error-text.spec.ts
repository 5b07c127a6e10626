import { expect } from 'chai';
import { readErrorText } from '../../../src/model/read-error-text.ts';

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('why something cannot be read', () => {
  for (const [code, words] of Object.entries({
    EACCES: 'permission denied',
    EIO: 'look at the kernel log',
    ESTALE: 'mount it again',
    ENOTCONN: 'mount it again',
    ENAMETOOLONG: 'too long',
  }))
    it(`is told in words instead of ${code}`, () => {
      expect(readErrorText(failure(code, `${code}: some words, open '/secret/place'`)))
        .to.contain(words)
        .and.not.contain(code)
        .and.not.contain('/secret/place');
    });

  it('is as it is where there are no words for it, be it named as something of every object', () => {
    expect(readErrorText(failure('EFBIG', 'EFBIG: file too large'))).to.equal('EFBIG: file too large');
    expect(readErrorText(failure('toString', 'odd'))).to.equal('odd');
    expect(readErrorText('not an error')).to.equal('not an error');
  });
});
