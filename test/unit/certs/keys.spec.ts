import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import type { CertsError } from '../../../src/certs/errors.ts';
import { isCertsError } from '../../../src/certs/errors.ts';
import { parseCertificates } from '../../../src/certs/facts.ts';
import { generateKey, keyToPem, loadPrivateKey, readKey } from '../../../src/certs/keys.ts';
import { verifyPair } from '../../../src/certs/verify-pair.ts';
import { KEY_ALGORITHMS } from '../../../src/model/certificate-specs.ts';
import { authorityOf, failureOf, leafSpec, newAuthority, newPair, NOW } from './material.ts';

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey;

describe('private keys', () => {
  for (const algorithm of KEY_ALGORITHMS) {
    it(`are made with ${algorithm}, and read back as PKCS#8`, async function () {
      this.timeout(60_000);
      const key = await generateKey(algorithm);
      const pem = keyToPem(key);
      expect(pem.toString()).to.match(/^-----BEGIN PRIVATE KEY-----\n/);
      expect(readKey(pem).keyAlgorithm).to.equal(algorithm);
    });
  }

  it('are read in every encoding, and say the same in all of them', () => {
    for (const [key, types] of [
      [rsa(2048), ['pkcs1', 'pkcs8']],
      [ec('P-256'), ['sec1', 'pkcs8']],
      [ec('P-521'), ['sec1', 'pkcs8']],
    ] as const) {
      const facts = types.map((type) => readKey(Buffer.from(key.export({ type, format: 'pem' }))));
      expect(facts[0]).to.deep.equal(facts[1]);
    }
  });

  it('are found behind EC PARAMETERS, as openssl writes them', () => {
    const key = ec('P-256').export({ type: 'sec1', format: 'pem' }).toString();
    const text = `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${key}`;
    expect(readKey(Buffer.from(text)).keyAlgorithm).to.equal('ecdsa-p256');
  });

  it('with a passphrase are refused with what to do', async () => {
    const secret = { cipher: 'aes-256-cbc', passphrase: 'planted' };
    for (const pem of [
      ec('P-256').export({ type: 'pkcs8', format: 'pem', ...secret }),
      rsa(2048).export({ type: 'pkcs1', format: 'pem', ...secret }),
    ]) {
      const error = await failureOf(() => loadPrivateKey(Buffer.from(pem)));
      expect(isCertsError(error, 'ENCRYPTED_KEY')).to.equal(true);
      expect((error as Error).message).to.contain('openssl pkey');
    }
  });

  it('that are none are refused, and never quoted', async () => {
    const key = ec('P-256');
    const pem = keyToPem(key).toString();
    const middle = pem.slice(60, 90);
    for (const text of [
      '',
      'planted-secret',
      createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      pem.slice(0, 120),
      pem.replace(middle, 'A'.repeat(30)),
    ]) {
      const error = await failureOf(() => loadPrivateKey(Buffer.from(text)));
      expect(isCertsError(error, 'UNPARSABLE'), text).to.equal(true);
      for (const planted of ['planted-secret', middle]) expect(JSON.stringify(error)).to.not.contain(planted);
      expect((error as CertsError).cause).to.equal(undefined);
    }
  });

  for (const [name, make] of Object.entries({
    'RSA 2048, PKCS#1': () => rsa(2048).export({ type: 'pkcs1', format: 'pem' }),
    'RSA 3072, PKCS#8': () => rsa(3072).export({ type: 'pkcs8', format: 'pem' }),
    'P-256, SEC1': () => ec('P-256').export({ type: 'sec1', format: 'pem' }),
    'P-384, SEC1': () => ec('P-384').export({ type: 'sec1', format: 'pem' }),
    'P-521, PKCS#8': () => ec('P-521').export({ type: 'pkcs8', format: 'pem' }),
  })) {
    it(`of an authority can sign: ${name}`, async function () {
      this.timeout(20_000);
      const key = Buffer.from(make());
      const authority = await authorityOf(loadPrivateKey(key));
      const pair = await newPair({ certificate: authority.certificate, key });
      verifyPair({ ...pair, issuers: parseCertificates(authority.certificate), spec: leafSpec(), now: NOW });
    });
  }

  for (const [name, make] of Object.entries({
    'rsa-1024': () => rsa(1024),
    ed25519: () => generateKeyPairSync('ed25519').privateKey,
    'ecdsa-secp256k1': () => ec('secp256k1'),
  })) {
    it(`cannot sign: ${name}`, async () => {
      const error = await failureOf(() => authorityOf(make()));
      expect(isCertsError(error, 'UNSUPPORTED_KEY')).to.equal(true);
      expect((error as Error).message).to.contain(name);
    });
  }

  for (const keyAlgorithm of KEY_ALGORITHMS) {
    it(`get a certificate: ${keyAlgorithm}`, async function () {
      this.timeout(60_000);
      const authority = await newAuthority();
      const { certificate } = await newPair(authority, { keyAlgorithm });
      expect(parseCertificates(certificate)[0]?.keyAlgorithm).to.equal(keyAlgorithm);
    });
  }
});
