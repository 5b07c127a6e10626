import { expect } from 'chai';
import type { CertificateFacts, ObservedPair } from '../../../src/model/observed-certificates.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import {
  authority,
  certificate,
  DAY,
  leafFacts,
  links,
  observedAuthority,
  observedPair,
  observedPath,
  parsed,
  ROOT,
  rootFacts,
  WRITTEN,
} from '../../support/certificate-planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import { NOW, planningInput } from '../../support/planning.ts';

const web = certificate('web');
const key = web.key;

/** A house with one certificate, of which this is there. */
function house(pair: ObservedPair | undefined, parts: Partial<PlanningInput> = {}): PlanningInput {
  return planningInput(
    [authority(), web],
    {
      authorities: { [ROOT]: observedAuthority() },
      pairs: pair === undefined ? {} : { [key]: pair },
      paths: links(web),
    },
    parts,
  );
}
const withLeaf = (parts: Partial<CertificateFacts>): PlanningInput => house(observedPair(leafFacts(web, '1', parts)));

describe('planning a certificate', () => {
  it('leaves one that is as wanted alone, until its renewal is due', () => {
    const input = house(observedPair(leafFacts(web)));
    expectPlan(input, 'nothing to do');
    expectConditions(
      input,
      `
      Certificate/web Ready Valid
      CertificateAuthority/root Ready Usable
      `,
    );
    expect(buildPlan(input).wakeAt).to.equal(WRITTEN + 60 * DAY);
  });

  it('issues a missing one, and gives it its names', () => {
    expectPlan(
      { ...house(undefined), observed: { ...house(undefined).observed, paths: {} } },
      `
      #1 IssueCertificate Certificate/web: missing
      #2 LinkCertificate Certificate/web: missing (after #1)
           certificate: want /pki/live/web/tls.crt, got missing
           key: want /pki/live/web/tls.key, got missing
      `,
    );
  });

  it('issues again what is damaged', () => {
    const pair = observedPair(leafFacts(web));
    const error = 'is not PEM';
    expectPlan(house({ ...pair, key: { state: 'missing' } }), '#1 IssueCertificate Certificate/web: missing');
    expectPlan(
      house({ ...pair, certificate: { state: 'unparsable', error } }),
      '#1 IssueCertificate Certificate/web: certificate unparsable',
    );
    expectPlan(
      house({ ...pair, key: { state: 'unparsable', error } }),
      '#1 IssueCertificate Certificate/web: key unparsable',
    );
    expectPlan(
      house({ ...pair, key: { state: 'parsed', publicKey: 'another', keyAlgorithm: 'ecdsa-p256' } }),
      '#1 IssueCertificate Certificate/web: key does not match',
    );
  });

  it('leaves alone what cannot be read, and says so', () => {
    const pair = observedPair(leafFacts(web), [rootFacts()], { key: { state: 'unreadable', error: 'EIO' } });
    expectPlan(house(pair), 'nothing to do');
    expectConditions(
      house(pair),
      `
      Certificate/web Degraded Unreadable
      CertificateAuthority/root Ready Usable
      `,
    );
  });

  it('issues again what somebody else signed, or what is about somebody else', () => {
    expectPlan(
      withLeaf({ signedBy: [], issuer: 'stranger' }),
      `
      #1 IssueCertificate Certificate/web: signed by another authority
           issuer: want root, got stranger
      `,
    );
    expectPlan(
      withLeaf({ dnsNames: ['old.lab'] }),
      `
      #1 IssueCertificate Certificate/web: names differ
           dnsNames: want [web.lab], got [old.lab]
      `,
    );
    expectPlan(
      withLeaf({ usages: ['serverAuth'] }),
      `
      #1 IssueCertificate Certificate/web: usages differ
           usages: want [clientAuth, serverAuth], got [serverAuth]
      `,
    );
    expectPlan(
      withLeaf({ keyAlgorithm: 'rsa-2048' }),
      `
      #1 IssueCertificate Certificate/web: key algorithm differs
           keyAlgorithm: want ecdsa-p256, got rsa-2048
      `,
    );
  });

  it('renews in time, not before, and says when one expired or the clock went back', () => {
    const due = (notAfter: number): PlanningInput => withLeaf({ notAfter });
    expectPlan(due(NOW + 30 * DAY + 1000), 'nothing to do');
    expectPlan(due(NOW + 30 * DAY), '#1 IssueCertificate Certificate/web: renewal due');
    expectPlan(due(NOW), '#1 IssueCertificate Certificate/web: expired');
    expectPlan(withLeaf({ notBefore: NOW + 2 * 60_000 }), '#1 IssueCertificate Certificate/web: not valid yet');
    expectPlan(withLeaf({ notBefore: NOW + 30_000 }), 'nothing to do');
  });

  it('does not renew one that ends with its authority and cannot last longer', () => {
    const end = NOW + 10 * DAY;
    const root = rootFacts('a', { notAfter: end });
    const input = house(observedPair(leafFacts(web, '1', { notAfter: end }), [root]));
    const observed = { ...input.observed, authorities: { [ROOT]: observedAuthority(root) } };
    expectPlan({ ...input, observed }, 'nothing to do');
    expectConditions(
      { ...input, observed },
      `
      Certificate/web Ready Valid
      CertificateAuthority/root Degraded AuthorityExpiring
      CertificateAuthority/root Ready Usable
      `,
    );
  });

  it('renews the one that the human asked for, once', () => {
    const memory = { ...EMPTY_MEMORY, renewals: { [key]: '1'.repeat(64) } };
    expectPlan(
      house(observedPair(leafFacts(web)), { memory }),
      '#1 IssueCertificate Certificate/web: renewal requested',
    );
    expectPlan(house(observedPair(leafFacts(web, '2')), { memory }), 'nothing to do');
  });

  it('backs off after a failure, and what was issued stays in use', () => {
    const error = { code: 'ISSUE_FAILED', message: 'the authority cannot sign' };
    const backoff = { specHash: web.attempt, failures: 2, notBefore: NOW + 7_200_000, error, terminal: false };
    const input = house(observedPair(leafFacts(web, '1', { notAfter: NOW + DAY })), {
      memory: { ...EMPTY_MEMORY, backoffs: { [key]: backoff } },
    });
    expectPlan(input, '#1 IssueCertificate Certificate/web: renewal due [blocked by ISSUE_FAILED]');
    expectConditions(
      input,
      `
      Certificate/web Degraded IssueFailed
      CertificateAuthority/root Ready Usable
      `,
    );
    expect(buildPlan(input).wakeAt).to.equal(NOW + 7_200_000);
  });

  it('repairs links, owners and modes by field', () => {
    const pair = observedPair(leafFacts(web), [rootFacts()], { isLinked: false });
    const paths = { ...pair.paths, key: observedPath('file', 0o644) };
    const input = house({ ...pair, paths });
    const away = {
      [web.spec.key]: observedPath('missing'),
      [web.spec.certificate]: observedPath('symlink', 0, { target: '../before/tls.crt' }),
    };
    expectPlan(
      { ...input, observed: { ...input.observed, paths: away } },
      `
      #1 LinkCertificate Certificate/web: links differ
           certificate: want /pki/live/web/tls.crt, got /pki/before/tls.crt
           key: want /pki/live/web/tls.key, got missing
           directory: want linked, got elsewhere
      #2 SetOwnership Certificate/web: drift (after #1)
           key.mode: want 0400, got 0644
      `,
    );
  });

  it('does not take the place of files that are not ours without adopt', () => {
    const taken = { [web.spec.certificate]: observedPath('file'), [web.spec.key]: observedPath('file') };
    const input = house(observedPair(leafFacts(web)));
    const found = { ...input, observed: { ...input.observed, paths: taken } };
    expectPlan(found, 'nothing to do');
    expectConditions(
      found,
      `
      Certificate/web Ready Valid
      Certificate/web Stalled Conflict
      CertificateAuthority/root Ready Usable
      `,
    );
    const elsewhere = {
      [web.spec.certificate]: observedPath('symlink', 0, { target: '/etc/letsencrypt/live/web.pem' }),
    };
    expectConditions(
      { ...found, observed: { ...found.observed, paths: { ...links(web), ...elsewhere } } },
      `
      Certificate/web Ready Valid
      Certificate/web Stalled Conflict
      CertificateAuthority/root Ready Usable
      `,
    );
    const adopting = certificate('web', { adopt: true });
    expectPlan(
      { ...found, desired: { ...found.desired, resources: [adopting, authority()] } },
      `
      #1 LinkCertificate Certificate/web: links differ
           certificate: want /pki/live/web/tls.crt, got file
           key: want /pki/live/web/tls.key, got file
      `,
    );
  });

  it('waits for an authority that cannot sign, and keeps what is still good', () => {
    const broken = { ...observedAuthority(), certificate: parsed([rootFacts('a', { notAfter: NOW })]) };
    const conditions = (pair: ObservedPair | undefined): string =>
      buildPlan({ ...house(pair), observed: { ...house(pair).observed, authorities: { [ROOT]: broken } } })
        .conditions.map(({ key: of, type, reason }) => `${of} ${type} ${reason}`)
        .join(', ');
    expect(conditions(undefined)).to.equal(
      'Certificate/web Blocked AwaitingAuthority, CertificateAuthority/root Degraded AuthorityExpired',
    );
    expect(conditions(observedPair(leafFacts(web)))).to.equal(
      'Certificate/web Ready Valid, CertificateAuthority/root Degraded AuthorityExpired',
    );
    for (const key of [{ state: 'missing' }, { state: 'parsed', publicKey: 'another', keyAlgorithm: 'x' }] as const)
      expect(conditions({ ...observedPair(leafFacts(web)), key })).to.contain(
        'Certificate/web Blocked AwaitingAuthority',
      );
  });

  it('removes earlier versions and leftovers once nobody needs them', () => {
    expectPlan(
      house(observedPair(leafFacts(web), [rootFacts()], { others: ['..0-0'] })),
      '#1 RemovePreviousPairs Certificate/web: no longer served',
    );
  });
});
