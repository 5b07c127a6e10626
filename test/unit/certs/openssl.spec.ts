import { createPublicKey, type KeyObject } from 'node:crypto';
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCertificate, parseCertificates, signedBy } from '../../../src/certs/facts.ts';
import { generateKey, keyToPem, loadPrivateKey } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { makeRequest } from '../../../src/certs/request.ts';
import { verifyPair } from '../../../src/certs/verify-pair.ts';
import type { KeyAlgorithm } from '../../../src/model/certificate-specs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { authorityOf, DAY, leafSpec, newAuthority, newPair, type Authority } from './material.ts';
import { openssl, requireOpenssl } from './openssl.ts';

describe('openssl and certificates of ours', function () {
  this.timeout(20_000);
  before(function () {
    requireOpenssl(this);
  });
  const directory = temporaryDirectory('openssl');
  const put = (name: string, content: string | Buffer): void => writeFileSync(join(directory(), name), content);
  const get = (name: string): Buffer => readFileSync(join(directory(), name));
  const run = (command: string): string => openssl(directory(), ...command.split(' '));
  // openssl judges by the real time.
  const now = (): number => Math.floor(Date.now() / 1000) * 1000;
  const recent = (): { notBefore: number } => ({ notBefore: now() - DAY });

  for (const signer of ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'] as const) {
    for (const keyAlgorithm of ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'] as const) {
      it(`accepts a leaf with ${keyAlgorithm} of an authority with ${signer}`, async () => {
        const root = await authorityOf(await generateKey(signer), recent());
        const leaf = await newPair(root, { keyAlgorithm, ipAddresses: ['10.0.0.1', '2001:db8::1'] }, now());
        put('root.crt', root.certificate);
        put('leaf.crt', leaf.certificate);
        for (const purpose of ['sslserver', 'sslclient']) {
          const said = run(`verify -x509_strict -check_ss_sig -purpose ${purpose} -CAfile root.crt leaf.crt`);
          expect(said).to.contain('leaf.crt: OK');
        }
        run('verify -x509_strict -verify_hostname svc.lab -CAfile root.crt leaf.crt');
        run('verify -x509_strict -verify_ip 2001:db8::1 -CAfile root.crt leaf.crt');
        expect(() => run('verify -verify_hostname other.lab -CAfile root.crt leaf.crt')).to.throw('mismatch');
      });
    }
  }

  it('reads the profile of a leaf', async () => {
    put('leaf.crt', (await newPair(await newAuthority(recent()), {}, now())).certificate);
    const text = run('x509 -in leaf.crt -noout -text').replaceAll(/\s+/g, ' ');
    for (const part of [
      'Version: 3 (0x2)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Issuer: CN = root',
      'Subject: CN = svc',
      'X509v3 Basic Constraints: critical CA:FALSE',
      'X509v3 Key Usage: critical Digital Signature X509v3',
      'X509v3 Extended Key Usage: TLS Web Client Authentication, TLS Web Server Authentication',
      'X509v3 Subject Alternative Name: DNS:svc.lab, IP Address:127.0.0.1',
      'X509v3 Subject Key Identifier:',
      'X509v3 Authority Key Identifier:',
    ]) {
      expect(text).to.contain(part);
    }
    const rsa = await newPair(await newAuthority(recent()), { keyAlgorithm: 'rsa-2048' }, now());
    put('rsa.crt', rsa.certificate);
    expect(run('x509 -in rsa.crt -noout -text')).to.contain('Digital Signature, Key Encipherment\n');
  });

  it('reads the profile of a root', async () => {
    put('root.crt', (await newAuthority(recent())).certificate);
    const text = run('x509 -in root.crt -noout -text').replaceAll(/\s+/g, ' ');
    expect(text).to.contain('X509v3 Basic Constraints: critical CA:TRUE, pathlen:0');
    expect(text).to.contain('X509v3 Key Usage: critical Certificate Sign, CRL Sign X509v3');
    expect(text).to.contain('X509v3 Subject Key Identifier:');
    expect(run('verify -x509_strict -check_ss_sig -CAfile root.crt root.crt')).to.contain('OK');
  });

  const subjects = {
    'a name in several kinds of strings': '/C=DE/O=Häuschen/emailAddress=a@b.lab/CN=Root, "of" all\\+x',
    'no key identifier': '/CN=plain',
  };
  for (const [what, subject] of Object.entries(subjects)) {
    it(`accepts a leaf of an authority that it made itself: ${what}`, async () => {
      const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-utf8'];
      const bare = what === 'no key identifier' ? ['-addext', 'subjectKeyIdentifier=none'] : [];
      const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
      openssl(directory(), ...words, '-days', '30', '-subj', subject, ...usage, ...bare);
      const root: Authority = { certificate: get('ca.crt'), key: get('ca.key') };
      const leaf = await newPair(root, {}, now());
      put('leaf.crt', leaf.certificate);
      expect(run('verify -CAfile ca.crt leaf.crt')).to.contain('OK');
      const [facts] = parseCertificates(leaf.certificate);
      if (facts === undefined) throw new Error('nothing parsed');
      expect(signedBy(facts, parseCertificates(root.certificate))).to.have.lengthOf(1);
    });
  }

  it('names of all kinds that it wrote are read', () => {
    const names = 'DNS:B.lab,DNS:a.lab,DNS:a.lab,IP:10.0.0.1,IP:2001:db8::1,email:x@y,URI:http://z/';
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'k'];
    openssl(directory(), ...words, '-out', 'c', '-subj', '/O=Acme/OU=x', '-addext', `subjectAltName=${names}`);
    const [facts] = parseCertificates(get('c'));
    expect(facts).to.deep.include({
      subject: 'O=Acme, OU=x',
      dnsNames: ['a.lab', 'b.lab'],
      ipAddresses: ['10.0.0.1', '2001:db8::1'],
      otherNames: ['email:x@y', 'URI:http://z/'],
    });
  });

  for (const keyAlgorithm of ['ecdsa-p256', 'rsa-2048'] satisfies KeyAlgorithm[]) {
    it(`signs a request with ${keyAlgorithm} by one command, and the result is the one asked for`, async () => {
      const root = await newAuthority(recent());
      const spec = leafSpec({ keyAlgorithm, dnsNames: ['*.svc.lab', 'svc.lab'], ipAddresses: ['10.0.0.1', '::1'] });
      const key: KeyObject = await generateKey(keyAlgorithm);
      put('root.crt', root.certificate);
      put('root.key', root.key);
      put('svc.csr', await makeRequest(spec, key));
      expect(run('req -in svc.csr -noout -verify')).to.match(/verify OK/);
      expect(run('req -in svc.csr -noout -text')).to.contain('DNS:*.svc.lab, DNS:svc.lab, IP Address:10.0.0.1');
      run('x509 -req -in svc.csr -CA root.crt -CAkey root.key -days 90 -copy_extensions copyall -out svc.crt');
      run('verify -x509_strict -purpose sslserver -CAfile root.crt svc.crt');
      const leaf = verifyPair({
        certificate: get('svc.crt'),
        key: keyToPem(key),
        issuers: parseCertificates(root.certificate),
        spec,
        now: now() + 1000,
      });
      expect(leaf).to.deep.include({ dnsNames: spec.dnsNames, ipAddresses: spec.ipAddresses, usages: spec.usages });
      const text = run('x509 -in svc.crt -noout -text').replaceAll(/\s+/g, ' ');
      expect(text).to.contain('X509v3 Basic Constraints: critical CA:FALSE');
      expect(text).to.match(/X509v3 Key Usage: critical Digital Signature/);
    });
  }

  it('writes keys that are read: PKCS#1, SEC1 with parameters, PKCS#8', async () => {
    run('ecparam -name prime256v1 -genkey -out sec1.key');
    run('genrsa -traditional -out pkcs1.key 2048');
    run('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out pkcs8.key');
    expect(get('sec1.key').toString()).to.contain('EC PARAMETERS');
    expect(get('pkcs1.key').toString()).to.contain('BEGIN RSA PRIVATE KEY');
    for (const name of ['sec1.key', 'pkcs1.key', 'pkcs8.key']) {
      const key = get(name);
      const root = await authorityOf(loadPrivateKey(key), recent());
      const spec = leafSpec();
      const holder = await generateKey('ecdsa-p256');
      const certificate = await issueLeaf({
        authorityCertificate: parseCertificate(root.certificate),
        authorityKey: key,
        key: createPublicKey(holder),
        spec,
        now: now(),
      });
      put('root.crt', root.certificate);
      put('leaf.crt', certificate);
      expect(run('verify -x509_strict -CAfile root.crt leaf.crt'), name).to.contain('OK');
    }
  });
});
