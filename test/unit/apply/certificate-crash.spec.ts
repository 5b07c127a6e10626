import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../../../src/apply/context.ts';
import { createAuthority } from '../../../src/apply/steps/create-authority.ts';
import { generateSecret } from '../../../src/apply/steps/generate-secret.ts';
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { linkCertificate } from '../../../src/apply/steps/link-certificate.ts';
import { removePreviousPairs } from '../../../src/apply/steps/remove-previous-pairs.ts';
import { requestSignature } from '../../../src/apply/steps/request-signature.ts';
import { takeUpCertificate } from '../../../src/apply/steps/take-up-certificate.ts';
import { updateTrust } from '../../../src/apply/steps/update-trust.ts';
import { writeBundle } from '../../../src/apply/steps/write-bundle.ts';
import { parseCertificate, parseCertificates } from '../../../src/certs/facts.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { loadPrivateKey } from '../../../src/certs/keys.ts';
import { isVersionName } from '../../../src/certs/pair-names.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { Crash, crashingFiles } from '../../support/crashing-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { livePair, pkiAt, pkiContext, pkiWithAuthority } from './pki.ts';

type Pki = ReturnType<typeof pkiAt>;

interface Scenario {
  readonly name: string;
  /** Makes what is there before, in a directory that has an authority unless `bare`. */
  readonly before?: (pki: Pki) => Promise<unknown>;
  readonly bare?: boolean;
  readonly step: (pki: Pki, context: StepContext) => Promise<unknown>;
  /** What holds at every moment, also right after the crash. */
  readonly always?: (pki: Pki) => void;
  readonly after: (pki: Pki) => Promise<void> | void;
}

const issued = (pki: Pki): Promise<unknown> => issueCertificate(pki.issue(), pkiContext());
const spare = (pki: Pki): string[] => readdirSync(pki.at('live/web')).filter(isVersionName);

async function signed(pki: Pki): Promise<void> {
  await requestSignature({ spec: pki.spec() }, pkiContext());
  const pem = await issueLeaf({
    authorityCertificate: parseCertificate(readFileSync(pki.authority.certificate)),
    authorityKey: readFileSync(pki.authority.key),
    key: loadPrivateKey(readFileSync(pki.at('live/web/..pending/tls.key'))),
    spec: pki.spec(),
    now: pkiContext().clock.now(),
  });
  writeFileSync(pki.spec().signed, pem);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'CreateAuthority',
    bare: true,
    step: (pki, context) => createAuthority(pki.authority, context),
    always(pki) {
      if (!existsSync(pki.authority.certificate)) return;
      const [root] = parseCertificates(readFileSync(pki.authority.certificate));
      expect(root?.x509.checkPrivateKey(loadPrivateKey(readFileSync(pki.authority.key)))).to.equal(true);
    },
    after(pki) {
      expect(readdirSync(pki.at('private'))).to.deep.equal(['lab.key']);
      expect(readdirSync(pki.at('certs'))).to.deep.equal(['lab.crt']);
    },
  },
  {
    name: 'IssueCertificate, the first',
    step: (pki, context) => issueCertificate(pki.issue(), context),
    async after(pki) {
      expect((await livePair(pki.spec().directory))?.leaf.dnsNames).to.deep.equal(['web', 'web.lab']);
    },
  },
  {
    name: 'IssueCertificate, a renewal',
    before: issued,
    step: (pki, context) => issueCertificate(pki.issue(), context),
    async after(pki) {
      expect((await livePair(pki.spec().directory))?.trust).to.have.length(1);
      // The first, the live one, and at most the one that the crash kept from going live.
      expect(spare(pki).length).to.be.within(2, 3);
    },
  },
  {
    name: 'UpdateTrust',
    before: issued,
    step: (pki, context) => updateTrust({ spec: pki.spec(), trust: [...pki.issue().trust, ...OTHER.trust] }, context),
    async after(pki) {
      expect((await livePair(pki.spec().directory))?.trust).to.have.length(2);
    },
  },
  {
    name: 'WriteBundle',
    before: (pki) => writeBundle({ path: pki.at('certs/bundle.crt'), certificates: pki.issue().trust }, pkiContext()),
    step: (pki, context) =>
      writeBundle({ path: pki.at('certs/bundle.crt'), certificates: [...pki.issue().trust, ...OTHER.trust] }, context),
    always: (pki) =>
      expect(parseCertificates(readFileSync(pki.at('certs/bundle.crt'))).length).to.be.within(1, 2) && undefined,
    after(pki) {
      expect(parseCertificates(readFileSync(pki.at('certs/bundle.crt')))).to.have.length(2);
      expect(readdirSync(pki.at('certs')).sort()).to.deep.equal(['bundle.crt', 'lab.crt']);
    },
  },
  {
    name: 'RequestSignature',
    step: (pki, context) => requestSignature({ spec: pki.spec() }, context),
    after(pki) {
      const request = readFileSync(pki.spec().request);
      expect(readFileSync(pki.at('live/web/..pending/request.csr')).equals(request)).to.equal(true);
      expect(readdirSync(pki.at('live/web'))).to.deep.equal(['..pending']);
    },
  },
  {
    name: 'TakeUpCertificate',
    before: signed,
    step: (pki, context) => takeUpCertificate({ ...pki.issue(), spec: pki.spec() }, context),
    async after(pki) {
      expect(await livePair(pki.spec().directory)).not.to.equal(undefined);
      expect(readdirSync(pki.at('certs'))).to.deep.equal(['lab.crt']);
      expect(readdirSync(pki.at('live/web')).filter((name) => name.startsWith('..pending'))).to.deep.equal([]);
    },
  },
  {
    name: 'LinkCertificate with adoption',
    async before(pki) {
      await issued(pki);
      writeFileSync(pki.spec().certificate, 'theirs');
      writeFileSync(pki.spec().key, 'their key');
    },
    step: (pki, context) => linkCertificate({ spec: pki.spec({ adopt: true }) }, context),
    always(pki) {
      // Never empty, and never lost.
      expect(existsSync(pki.spec().certificate) && existsSync(pki.spec().key)).to.equal(true);
    },
    after(pki) {
      expect(readlinkSync(pki.spec().key)).to.equal('../live/web/tls.key');
      expect(readFileSync(pki.spec().certificate, 'utf8')).to.contain('BEGIN CERTIFICATE');
      const kept = ['web.crt.before-bastion', 'lab.crt', 'web.crt'];
      expect(readdirSync(pki.at('certs')).sort()).to.deep.equal(kept.sort());
      expect(readFileSync(`${pki.spec().key}.before-bastion`, 'utf8')).to.equal('their key');
    },
  },
  {
    name: 'RemovePreviousPairs',
    async before(pki) {
      for (let count = 0; count < 3; count++) await issued(pki);
    },
    step: (pki, context) => removePreviousPairs({ directory: pki.spec().directory, versions: spare(pki) }, context),
    async after(pki) {
      expect(spare(pki)).to.deep.equal([(await livePair(pki.spec().directory))?.version]);
    },
  },
  {
    name: 'GenerateSecret',
    before: (pki) => Promise.resolve(mkdirSync(pki.at('secrets'))),
    step: (pki, context) => generateSecret({ spec: secretOf(pki) }, context),
    always(pki) {
      if (existsSync(secretOf(pki).path)) expect(readFileSync(secretOf(pki).path, 'utf8')).to.match(/^[ab]{40}$/);
    },
    after: (pki) => expect(readdirSync(pki.at('secrets'))).to.deep.equal(['token']) && undefined,
  },
];

const secretOf = (pki: Pki) => ({
  path: pki.at('secrets/token'),
  mode: 0o400,
  generate: { length: 40, alphabet: 'ab' },
});
const OTHER = { trust: [] as string[] };

describe('steps on certificates that die between any two file operations', () => {
  const directory = temporaryDirectory('crash');

  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: a fresh run ends well, and what is live is always a pair`, async function () {
      this.timeout(60_000);
      if (OTHER.trust.length === 0) {
        const other = await pkiWithAuthority(join(directory(), 'other'));
        OTHER.trust = [readFileSync(other.authority.certificate, 'utf8')];
      }
      const template = join(directory(), 'template');
      mkdirSync(template);
      const made = scenario.bare ? pkiAt(template) : await pkiWithAuthority(template);
      await scenario.before?.(made);
      const authority = scenario.bare ? undefined : readFileSync(made.authority.key);
      let crashes = 0;
      for (let dieAt = 1; ; dieAt++) {
        const place = join(directory(), 'run');
        cpSync(template, place, { recursive: true, verbatimSymlinks: true });
        const pki = pkiAt(place);
        const before = await livePair(pki.spec().directory);
        const files = crashingFiles(realFiles, { dieAt });
        const error: unknown = await scenario.step(pki, pkiContext(files)).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (files.isDead) {
          crashes++;
          if (error !== undefined) expect(error).to.be.instanceOf(Crash);
          const meanwhile = await livePair(pki.spec().directory);
          if (before !== undefined) expect(meanwhile).not.to.equal(undefined);
          scenario.always?.(pki);
          const fresh = scenario.step(pki, pkiContext());
          // Interrupted after the last thing that it takes up: then it is done, and says that nothing is left.
          await fresh.catch((reason: unknown) => {
            if (!(scenario.name === 'TakeUpCertificate' && !existsSync(pki.spec().signed))) throw reason;
          });
        } else if (error !== undefined) throw error as Error;
        scenario.always?.(pki);
        await scenario.after(pki);
        if (authority !== undefined) expect(readFileSync(pki.authority.key).equals(authority)).to.equal(true);
        rmSync(place, { recursive: true });
        if (!files.isDead) break;
      }
      expect(crashes).to.be.greaterThan(2);
    });
  }
});
