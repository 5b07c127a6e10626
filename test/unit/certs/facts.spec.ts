import { expect } from 'chai';
import { isCertsError } from '../../../src/certs/errors.ts';
import { certificateFacts, parseCertificates, signedBy } from '../../../src/certs/facts.ts';
import { generateKey, readKey } from '../../../src/certs/keys.ts';
import { authorityOf, DAY, failureOf, HOUR, leafSpec, newAuthority, newPair, NOW, type Authority } from './material.ts';

describe('facts of certificates', () => {
  let root: Authority;
  let leaf: Buffer;
  let key: Buffer;
  const one = (pem: Buffer) => {
    const [first] = parseCertificates(pem);
    if (first === undefined) throw new Error('nothing parsed');
    return first;
  };

  before(async () => {
    root = await newAuthority();
    ({ certificate: leaf, key } = await newPair(root, { dnsNames: ['a.lab', 'b.lab'], ipAddresses: ['2001:db8::1'] }));
  });

  it('say what is in a leaf', () => {
    const facts = certificateFacts(one(leaf), ['x']);
    const { serial, fingerprint, publicKey, pem, ...rest } = facts;
    expect(rest).to.deep.equal({
      subject: 'svc',
      issuer: 'root',
      keyAlgorithm: 'ecdsa-p256',
      dnsNames: ['a.lab', 'b.lab'],
      ipAddresses: ['2001:db8::1'],
      usages: ['clientAuth', 'serverAuth'],
      notBefore: NOW - HOUR / 12,
      notAfter: NOW + 90 * DAY,
      isAuthority: false,
      isSelfSigned: false,
      signedBy: ['x'],
    });
    expect(serial).to.match(/^[4-7][0-9a-f]{31}$/);
    expect(fingerprint).to.match(/^[0-9a-f]{64}$/);
    expect(publicKey).to.equal(readKey(key).publicKey);
    expect(pem).to.equal(leaf.toString());
  });

  it('tell a root', () => {
    const facts = one(root.certificate);
    expect(facts).to.include({ isAuthority: true, isSelfSigned: true, subject: 'root', issuer: 'root' });
    expect(facts.usages).to.deep.equal([]);
  });

  it('come in the order of the file, each once, whatever is around them', () => {
    const text = `Bag Attributes\n  friendlyName: x\n${leaf.toString()}\nsubject=CN\n${root.certificate.toString()}${leaf.toString()}rubbish`;
    const expected = [one(leaf).fingerprint, one(root.certificate).fingerprint];
    for (const variant of [text, text.replaceAll('\n', '\r\n'), key.toString() + text]) {
      expect(parseCertificates(Buffer.from(variant)).map(({ fingerprint }) => fingerprint)).to.deep.equal(expected);
    }
  });

  const broken: Readonly<Record<string, (pem: string) => Buffer>> = {
    'the file is empty': () => Buffer.alloc(0),
    'there is no PEM certificate': () => Buffer.from('hello'),
    'seems to be DER': (pem) => one(Buffer.from(pem)).x509.raw,
    'certificate 1 has no end': (pem) => Buffer.from(pem.slice(0, 200)),
    'certificate 2 has no end': (pem) => Buffer.from(`${pem}${pem.slice(0, 300)}`),
    'the certificate is damaged': (pem) => Buffer.from(pem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')),
    'certificate 2 of 2 is damaged': (pem) => Buffer.from(`${pem}${pem.slice(0, 60)}\n-----END CERTIFICATE-----\n`),
  };
  for (const [message, damage] of Object.entries(broken)) {
    it(`cannot be had: ${message}`, async () => {
      const error = await failureOf(() => parseCertificates(damage(leaf.toString())));
      expect(isCertsError(error, 'UNPARSABLE')).to.equal(true);
      expect((error as Error).message).to.contain(message);
      expect((error as Error).message).to.not.contain(leaf.toString().slice(40, 60));
    });
  }

  it('a file of half a megabyte of beginnings is refused at once', async () => {
    const text = '-----BEGIN CERTIFICATE REQUEST-----\n'.repeat(15_000);
    expect(isCertsError(await failureOf(() => parseCertificates(Buffer.from(text))))).to.equal(true);
  });

  it('name those who signed, by signature and not by name', async () => {
    const sameName = await newAuthority();
    const sameKey = await authorityOf(await generateKey('ecdsa-p256'), { commonName: 'other' });
    const authorities = [sameName, sameKey, root].map(({ certificate }) => one(certificate));
    expect(signedBy(one(leaf), authorities)).to.deep.equal([one(root.certificate).fingerprint]);
    expect(signedBy(one(leaf), [one(leaf)])).to.deep.equal([]);
    expect(leafSpec().issuer).to.equal('root');
  });
});
