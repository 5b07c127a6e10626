import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { isCertsError } from '../../../src/certs/errors.ts';
import { parseCertificate, parseCertificates } from '../../../src/certs/facts.ts';
import { canonicalAddress } from '../../../src/certs/ip-address.ts';
import { generateKey, keyToPem, loadPrivateKey } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { makeRoot } from '../../../src/certs/root.ts';
import { verifyPair } from '../../../src/certs/verify-pair.ts';
import { type Usage, USAGES } from '../../../src/model/certificate-specs.ts';
import { type Authority, DAY, failureOf, HOUR, leafSpec, newAuthority, newPair, NOW } from './material.ts';

const leafOf = (pem: Buffer) => {
  const [leaf] = parseCertificates(pem);
  if (leaf === undefined) throw new Error('nothing parsed');
  return leaf;
};

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const dnsName = fc
  .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 4 }))
  .map(([isWildcard, labels]) => `${isWildcard ? '*.' : ''}${labels.join('.')}`);
const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text) ?? '127.0.0.1');
const sorted = <T extends string>(values: readonly T[]): T[] => [...values].sort();

describe('signing', () => {
  let root: Authority;
  let key: Buffer;
  before(async () => {
    root = await newAuthority({ duration: 200 * DAY });
    key = keyToPem(await generateKey('ecdsa-p256'));
  });
  const issue = (authority: Authority, changes: Parameters<typeof leafSpec>[0] = {}, now = NOW): Promise<string> =>
    issueLeaf({
      authorityCertificate: parseCertificate(authority.certificate),
      authorityKey: authority.key,
      key: createPublicKey(loadPrivateKey(key)),
      spec: leafSpec(changes),
      now,
    });

  it('puts addresses that end in a dotted quad right', async () => {
    const ipAddresses = ['::0.1.0.0', '::ffff:10.0.0.1', '::'];
    const leaf = leafOf(Buffer.from(await issue(root, { ipAddresses })));
    expect(leaf.ipAddresses).to.deep.equal([...ipAddresses].sort());
  });

  it('makes of any spec a leaf that says exactly what the spec does', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          commonName: fc
            .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
            .filter((name) => !/[\0\n]/.test(name)),
          dnsNames: fc.uniqueArray(dnsName, { maxLength: 6 }).map(sorted),
          ipAddresses: fc.uniqueArray(address, { maxLength: 4 }).map(sorted),
          usages: fc.subarray<Usage>([...USAGES], { minLength: 1 }).map(sorted),
          duration: fc.integer({ min: 1, max: 400 * 24 }).map((hours) => hours * HOUR),
        }),
        fc.integer({ min: NOW, max: NOW + 150 * DAY }),
        async (changes, now) => {
          const leaf = Buffer.from(await issue(root, changes, now));
          const spec = leafSpec(changes);
          const { notBefore, notAfter, ...facts } = verifyPair({
            certificate: leaf,
            key,
            issuers: parseCertificates(root.certificate),
            spec,
            now,
          });
          const { commonName, dnsNames, ipAddresses, usages } = spec;
          expect(facts).to.deep.include({ subject: commonName, dnsNames, ipAddresses, usages, otherNames: [] });
          const seconds = (time: number): number => Math.floor(time / 1000) * 1000;
          expect(notBefore).to.equal(seconds(now - 5 * 60_000));
          const end = Math.min(now + spec.duration, leafOf(root.certificate).notAfter);
          expect(notAfter).to.equal(seconds(end));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never uses a serial twice', async () => {
    const serials = await Promise.all(
      Array.from({ length: 50 }, async () => leafOf(Buffer.from(await issue(root))).serial),
    );
    expect(new Set(serials).size).to.equal(50);
    for (const serial of serials) expect(serial).to.match(/^[4-7][0-9a-f]{31}$/);
  });

  it('reaches beyond 2049, where the form of times changes', async () => {
    const old = await newAuthority({ duration: 40 * 365 * DAY });
    const late = leafOf(Buffer.from(await issue(old, { duration: 30 * 365 * DAY })));
    expect(late.notAfter).to.equal(NOW + 30 * 365 * DAY);
  });

  it('is refused to what is no authority, to a wrong key and to one that has expired', async () => {
    const leaf = await newPair(root);
    const other = await newAuthority();
    const cases = [
      ['AUTHORITY_UNFIT', leaf, NOW],
      ['AUTHORITY_UNFIT', { certificate: root.certificate, key: other.key }, NOW],
      ['AUTHORITY_EXPIRED', root, NOW + 200 * DAY],
      ['UNPARSABLE', { certificate: Buffer.from('x'), key: root.key }, NOW],
      ['UNPARSABLE', { certificate: root.certificate, key: Buffer.from('x') }, NOW],
    ] as const;
    for (const [code, authority, now] of cases) {
      const error = await failureOf(() => issue(authority, {}, now));
      expect(isCertsError(error, code), code).to.equal(true);
    }
  });

  it('makes leaves that both an authority and the one after it with its key stand for', async () => {
    const signer = loadPrivateKey(root.key);
    const again = await makeRoot({ key: signer, commonName: 'root', notBefore: NOW, duration: DAY });
    const leaf = await newPair(root);
    expect(new X509Certificate(leaf.certificate).verify(new X509Certificate(again).publicKey)).to.equal(true);
  });
});

describe('the last check of a pair', () => {
  let root: Authority;
  let pair: Awaited<ReturnType<typeof newPair>>;
  before(async () => {
    root = await newAuthority({ duration: 60 * DAY });
    pair = await newPair(root, { duration: 30 * DAY });
  });
  const verify = (changes: Partial<Parameters<typeof verifyPair>[0]> = {}): unknown =>
    verifyPair({ ...pair, issuers: parseCertificates(root.certificate), spec: leafSpec(), now: NOW, ...changes });
  const refused = async (code: string, text: string, changes: Parameters<typeof verify>[0]): Promise<void> => {
    const error = await failureOf(() => verify(changes));
    if (!isCertsError(error)) throw error;
    expect(error.code).to.equal(code);
    expect(error.message).to.contain(text);
  };

  it('lets a right pair through, whichever of several authorities signed it', async () => {
    const other = await newAuthority({ commonName: 'other' });
    verify();
    verify({ issuers: parseCertificates(Buffer.concat([other.certificate, root.certificate])) });
  });

  it('refuses a key of another one, and a damaged one', async () => {
    await refused('KEY_MISMATCH', 'another key', { key: root.key });
    await refused('UNPARSABLE', 'the file is empty', { key: Buffer.alloc(0) });
  });

  it('refuses what another authority signed, also one of the same name', async () => {
    const same = await newAuthority();
    await refused('ISSUER_MISMATCH', 'it says that root signed it', { issuers: parseCertificates(same.certificate) });
    await refused('ISSUER_MISMATCH', 'svc', { issuers: parseCertificates(pair.certificate) });
  });

  it('refuses other names and usages than asked for, more as well as fewer', async () => {
    await refused('NAMES_DIFFER', 'it lacks x.lab; it also has svc.lab', { spec: leafSpec({ dnsNames: ['x.lab'] }) });
    await refused('NAMES_DIFFER', 'it also has 127.0.0.1', { spec: leafSpec({ ipAddresses: [] }) });
    await refused('NAMES_DIFFER', 'common name is svc', { spec: leafSpec({ commonName: 'other' }) });
    await refused('USAGES_DIFFER', 'it also has clientAuth', { spec: leafSpec({ usages: ['serverAuth'] }) });
    const client = await newPair(root, { usages: ['clientAuth'] });
    await refused('USAGES_DIFFER', 'it lacks serverAuth', client);
  });

  it('refuses an authority in the place of a leaf', async () => {
    await refused('NOT_A_LEAF', 'CA:TRUE', { certificate: root.certificate, key: root.key });
  });

  it('refuses what is not valid at the time', async () => {
    await refused('EXPIRED', 'it was valid until 2026-12-22T12:00:00.000Z', { now: NOW + 30 * DAY });
    await refused('NOT_YET_VALID', 'it is valid from', { now: NOW - HOUR });
    await refused('AUTHORITY_EXPIRED', 'root', { now: NOW + 61 * DAY });
  });
});
