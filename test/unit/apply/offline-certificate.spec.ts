import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { requestSignature } from '../../../src/apply/steps/request-signature.ts';
import { takeUpCertificate } from '../../../src/apply/steps/take-up-certificate.ts';
import { identityHash } from '../../../src/model/certificate-identity.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { skipBecause } from '../../support/skip.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { livePair, pkiAt, pkiContext } from './pki.ts';
import { expectStepError } from './step-context.ts';

describe('a certificate that is signed elsewhere', () => {
  const directory = temporaryDirectory('offline');
  /** openssl takes the time of this machine. */
  const context = () => pkiContext(undefined, { clock: systemClock });
  const openssl = (...args: string[]): string => execFileSync('openssl', args, { stdio: 'pipe' }).toString();
  const pending = (name = ''): string => join(pkiAt(directory()).spec().directory, '..pending', name);
  let pki: ReturnType<typeof pkiAt>;

  before(function () {
    try {
      openssl('version');
    } catch {
      skipBecause(this, 'openssl is not installed');
    }
  });

  beforeEach(() => {
    pki = pkiAt(directory());
    mkdirSync(pki.at('certs'), { recursive: true });
    mkdirSync(join(directory(), 'far-away'));
    makeRoot('Lab', pki.authority.certificate, join(directory(), 'far-away/lab.key'));
  });

  function makeRoot(name: string, certificate: string, key: string): void {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const ca = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    openssl(
      'req',
      '-x509',
      ...curve,
      '-subj',
      `/CN=${name}`,
      '-days',
      '30',
      ...noDefaults(ca),
      '-keyout',
      key,
      '-out',
      certificate,
    );
  }

  /** `-addext` would double what the configuration of the distribution adds. */
  function noDefaults(extensions: string[]): string[] {
    const config = join(directory(), 'openssl.cnf');
    writeFileSync(config, '[req]\ndistinguished_name = name\n[name]\n');
    return ['-config', config, ...extensions];
  }

  function sign({ request, signed }: CertificateSpec, root = 'lab', days = '90'): void {
    const certificate = root === 'lab' ? pki.authority.certificate : join(directory(), `far-away/${root}.crt`);
    const by = ['-CA', certificate, '-CAkey', join(directory(), `far-away/${root}.key`)];
    openssl('x509', '-req', '-copy_extensions', 'copyall', '-in', request, ...by, '-days', days, '-out', signed);
  }

  const takeUp = (spec = pki.spec()) => Promise.resolve(takeUpCertificate({ ...pki.issue(), spec }, context()));

  it('asks, waits, and goes live with what the one command makes', async () => {
    await requestSignature({ spec: pki.spec() }, context());
    const modes = ['', 'tls.key', 'request.csr'].map((name) => statSync(pending(name)).mode & 0o7777);
    expect(modes).to.deep.equal([0o700, 0o400, 0o444]);
    expect(readFileSync(pending('identity'), 'utf8')).to.equal(identityHash(pki.spec()));
    const key = readFileSync(pending('tls.key'), 'utf8');

    sign(pki.spec());
    await takeUp();
    const live = await livePair(pki.spec().directory);
    expect(live?.leaf).to.deep.include({ dnsNames: ['web', 'web.lab'], usages: ['clientAuth', 'serverAuth'] });
    expect(readFileSync(join(pki.spec().directory, 'tls.key'), 'utf8')).to.equal(key);
    expect(openssl('verify', '-CAfile', pki.authority.certificate, join(pki.spec().directory, 'tls.crt'))).to.contain(
      'OK',
    );
    expect([existsSync(pending()), existsSync(pki.spec().request), existsSync(pki.spec().signed)]).to.deep.equal(
      Array(3).fill(false),
    );
  });

  it('keeps the key that somebody may be signing, publishes again, and makes another for another wish', async () => {
    await requestSignature({ spec: pki.spec() }, context());
    const key = readFileSync(pending('tls.key'), 'utf8');
    rmSync(pki.spec().request);
    await requestSignature({ spec: pki.spec({ mode: 0o440 }) }, context());
    expect(readFileSync(pending('tls.key'), 'utf8')).to.equal(key);
    expect(readFileSync(pki.spec().request).equals(readFileSync(pending('request.csr')))).to.equal(true);
    await requestSignature({ spec: pki.spec({ dnsNames: ['other'] }) }, context());
    expect(readFileSync(pending('tls.key'), 'utf8')).not.to.equal(key);
    expect(openssl('req', '-in', pki.spec().request, '-noout', '-text')).to.contain('DNS:other');
    chmodSync(pending('tls.key'), 0o600);
    writeFileSync(pending('tls.key'), 'damage');
    await requestSignature({ spec: pki.spec({ dnsNames: ['other'] }) }, context());
    expect(readFileSync(pending('tls.key'), 'utf8')).to.contain('BEGIN PRIVATE KEY');
  });

  it('refuses what does not fit, says why and what to do, and leaves all as it was', async () => {
    const spec = pki.spec();
    await requestSignature({ spec }, context());
    const key = readFileSync(pending('tls.key'), 'utf8');
    const refused = () => expectStepError(takeUp(), 'SIGNATURE_UNUSABLE');
    expect(await refused()).to.contain('does not exist');

    writeFileSync(spec.signed, 'no certificate PLANTED');
    const message = await refused();
    expect(message).to.contain(spec.signed).and.to.contain(`sign ${spec.request} again`).and.not.to.contain('PLANTED');

    makeRoot('Lab', join(directory(), 'far-away/rogue.crt'), join(directory(), 'far-away/rogue.key'));
    sign(spec, 'rogue');
    expect(await refused()).to.contain('another authority');

    await requestSignature(
      { spec: pki.spec({ request: pki.at('certs/other.csr'), directory: pki.at('live/other') }) },
      context(),
    );
    sign({ ...spec, request: pki.at('certs/other.csr') });
    expect(await refused()).to.contain('another key');

    rmSync(spec.signed);
    symlinkSync(pki.authority.certificate, spec.signed);
    expect(await refused()).to.contain('symlink');
    expect(readFileSync(pending('tls.key'), 'utf8')).to.equal(key);
    expect(await livePair(spec.directory)).to.equal(undefined);
    rmSync(spec.signed);
    sign(spec);
    await takeUp();
    expect(await livePair(spec.directory)).not.to.equal(undefined);
  });

  it('refuses a certificate without the names that were asked for', async () => {
    const spec = pki.spec();
    await requestSignature({ spec }, context());
    const by = ['-CA', pki.authority.certificate, '-CAkey', join(directory(), 'far-away/lab.key')];
    openssl('x509', '-req', '-in', spec.request, ...by, '-out', spec.signed);
    expect(await expectStepError(takeUp(), 'SIGNATURE_UNUSABLE')).to.contain('it lacks web');
  });

  it('leaves the live pair while it waits, and replaces it then', async () => {
    const key = join(directory(), 'far-away/lab.key');
    await issueCertificate({ ...pki.issue(), issuer: { ...pki.issue().issuer, key } }, context());
    const before = await livePair(pki.spec().directory);
    await requestSignature({ spec: pki.spec() }, context());
    expect(await livePair(pki.spec().directory)).to.deep.include({ serial: before?.serial });
    sign(pki.spec());
    await takeUp();
    expect((await livePair(pki.spec().directory))?.publicKey).not.to.equal(before?.publicKey);
    expect(readdirSync(pki.spec().directory)).to.include(before?.version);
  });
});
