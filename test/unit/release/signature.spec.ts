import { expect } from 'chai';
import { judge } from '../../../src/release/signature.ts';

describe('what git says of a signature', () => {
  it('is good with the name of who signed', () => {
    const said = 'Good "git" signature for ada@example.org with ED25519 key SHA256:abc';
    expect(judge(0, said)).to.deep.equal({ isGood: true, text: said });
    const gpg =
      'gpg: Signature made Sat\ngpg:                using EDDSA key 12\ngpg: Good signature from "Ada" [unknown]';
    expect(judge(0, gpg)).to.deep.equal({ isGood: true, text: 'Good signature from "Ada" [unknown]' });
  });

  it('is bad without one', () => {
    expect(judge(1, '')).to.deep.equal({ isGood: false, text: 'it is not signed' });
  });

  it('is bad with the reason of an unknown key', () => {
    const said = 'Good "git" signature with ED25519 key SHA256:xyz\nNo principal matched.';
    expect(judge(1, said)).to.deep.equal({ isGood: false, text: 'No principal matched.' });
    const gpg = "gpg: Signature made Sat\ngpg: Can't check signature: No public key";
    expect(judge(1, gpg)).to.deep.equal({ isGood: false, text: "Can't check signature: No public key" });
  });
});
