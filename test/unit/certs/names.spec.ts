import { expect } from 'chai';
import { parseAlternativeNames } from '../../../src/certs/alternative-names.ts';
import { canonicalAddress } from '../../../src/certs/ip-address.ts';
import { readableName } from '../../../src/certs/subject.ts';

describe('names in certificates', () => {
  it('are sorted by what they are', () => {
    expect(
      parseAlternativeNames('DNS:B.lab, DNS:a.lab, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:10.0.0.1'),
    ).to.deep.equal({
      dnsNames: ['a.lab', 'b.lab'],
      ipAddresses: ['10.0.0.1', '2001:db8::1'],
      others: [],
    });
    expect(parseAlternativeNames(undefined)).to.deep.equal({ dnsNames: [], ipAddresses: [], others: [] });
  });

  it('cannot be forged by a comma in another one', () => {
    const text = String.raw`DNS:"a.lab, DNS:evil.lab", URI:http://x/, DirName:"CN = y\"z, O = w", email:a@b, DNS:c.lab`;
    expect(parseAlternativeNames(text)).to.deep.equal({
      dnsNames: ['a.lab, dns:evil.lab', 'c.lab'],
      ipAddresses: [],
      others: ['URI:http://x/', 'DirName:CN = y"z, O = w', 'email:a@b'],
    });
  });

  it('that cannot be read are told as others, not passed over', () => {
    expect(parseAlternativeNames('DNS:a.lab, DNS:"open').others).to.deep.equal(['DNS:"open']);
  });

  it('have one spelling for an address', () => {
    expect(canonicalAddress('2001:0DB8::0:1')).to.equal('2001:db8::1');
    expect(canonicalAddress('10.0.0.1')).to.equal('10.0.0.1');
    for (const text of ['10.0.0.01', 'x', 'fe80::1%eth0', '']) expect(canonicalAddress(text)).to.equal(undefined);
  });

  it('are the common name, or all there is', () => {
    expect(readableName('C=DE\nO=x\nCN=a\\, b')).to.equal('a, b');
    expect(readableName('C=DE\nO=x')).to.equal('C=DE, O=x');
    expect(readableName(undefined)).to.equal('');
  });
});
