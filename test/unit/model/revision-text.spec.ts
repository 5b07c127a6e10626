import { expect } from 'chai';
import { CHANGED, revisionText } from '../../../src/model/revision-text.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('a revision as people read it', () => {
  it('is the beginning of the commit, and says that there are changes', () => {
    expect(revisionText(COMMIT)).to.equal('0123456789ab');
    expect(revisionText(COMMIT + CHANGED)).to.equal('0123456789ab with changes');
    expect(revisionText(COMMIT + CHANGED, 9)).to.equal('012345678 with changes');
  });
});
