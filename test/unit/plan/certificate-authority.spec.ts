import { expect } from 'chai';
import { identityHash, materialDigest } from '../../../src/model/certificate-identity.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { CertificateFacts, ObservedAuthority, ObservedPair } from '../../../src/model/observed-certificates.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { toldRecord } from '../../../src/plan/certificate/told.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import {
  authority,
  certificate,
  consumer,
  DAY,
  leafFacts,
  links,
  observedAuthority,
  observedPair,
  parsed,
  ROOT,
  rootFacts,
  served,
  WRITTEN,
} from '../../support/certificate-planning.ts';
import { servedId } from '../../../src/model/certificate-identity.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import { container, gateFiles, id, image, NOW, observedContainer, planningInput } from '../../support/planning.ts';

const missing = { state: 'missing' } as const;
const nothing: ObservedAuthority = { certificate: missing, key: missing, keyMode: 0, bundle: missing };

function root(found: ObservedAuthority, spec: Parameters<typeof authority>[0] = {}): PlanningInput {
  return planningInput([authority(spec)], { authorities: { [ROOT]: found } });
}
const conditionOf = (input: PlanningInput): string =>
  buildPlan(input)
    .conditions.map(({ type, reason }) => `${type} ${reason}`)
    .join(', ');

describe('planning an authority', () => {
  it('makes one once, when asked to and when there is none', () => {
    expectPlan(root(nothing, { create: true }), '#1 CreateAuthority CertificateAuthority/root: missing');
    expectPlan(root(nothing), 'nothing to do');
    expect(conditionOf(root(nothing))).to.equal('Blocked AwaitingAuthority');
  });

  it('never touches one that is there, however unusable', () => {
    const fine = observedAuthority();
    const cases: readonly [string, Partial<ObservedAuthority>][] = [
      ['Degraded Unreadable', { certificate: { state: 'unparsable', error: 'is not PEM' } }],
      ['Degraded Unreadable', { key: { state: 'unparsable', error: 'is not PEM' } }],
      ['Degraded KeyMismatch', { key: { state: 'parsed', publicKey: 'other', keyAlgorithm: 'ecdsa-p256' } }],
      ['Stalled NotAnAuthority', { certificate: parsed([rootFacts('a', { isAuthority: false })]) }],
      ['Stalled NotARoot', { certificate: parsed([rootFacts('a', { isSelfSigned: false })]) }],
      ['Degraded AuthorityExpired', { certificate: parsed([rootFacts('a', { notAfter: NOW })]) }],
      ['Degraded AuthorityNotYetValid', { certificate: parsed([rootFacts('a', { notBefore: NOW + DAY })]) }],
    ];
    for (const [expected, parts] of cases) {
      const input = root({ ...fine, ...parts }, { create: true });
      expect(buildPlan(input).steps, expected).to.deep.equal([]);
      expect(conditionOf(input)).to.equal(expected);
    }
  });

  it('goes on without its key, says when that was not the wish, and warns of one that everybody may read', () => {
    const offline = { ...observedAuthority(), key: missing };
    expect(conditionOf(root(offline))).to.equal('Ready Offline');
    expect(conditionOf(root(offline, { create: true }))).to.equal('Degraded KeyMissing, Ready Offline');
    expect(conditionOf(root({ ...observedAuthority(), keyMode: 0o644 }))).to.equal('Degraded KeyExposed, Ready Usable');
  });

  it('writes the bundle, and repairs it', () => {
    expectPlan(
      root({ ...observedAuthority(), bundle: missing }),
      `
      #1 WriteBundle CertificateAuthority/root: missing
           bundle: want [sha256:aaaaaaaaaaaa], got unset
      `,
    );
    expectPlan(
      root({ ...observedAuthority(), bundle: { state: 'unparsable', error: 'is empty' } }),
      `
      #1 WriteBundle CertificateAuthority/root: bundle unparsable
           bundle: want [sha256:aaaaaaaaaaaa], got unset
      `,
    );
  });

  it('tells those who only trust it of another bundle', () => {
    const reader = container('reader');
    const ca = authority({ consumers: [{ container: 'reader', action: { type: 'signal', signal: 'SIGHUP' } }] });
    const input = planningInput([ca, reader, image('app:1')], {
      containers: [observedContainer(reader, { startedAt: WRITTEN - 1 })],
      authorities: { [ROOT]: observedAuthority() },
    });
    expect(buildPlan(input).steps.map(({ op }) => op)).to.deep.equal(['SignalContainer', 'RecordNotified']);
    const notified = {
      [ROOT]: toldRecord(materialDigest('', ['a'.repeat(64)]), ['CertificateAuthority/root reader:']),
    };
    expectPlan({ ...input, memory: { ...EMPTY_MEMORY, notified } }, 'nothing to do');
  });
});

describe('the rotation of an authority', () => {
  const [a, b] = [rootFacts('a'), rootFacts('b')];
  const proxy = container('proxy');
  const web = certificate('web', { consumers: [consumer('proxy')] });
  const api = certificate('api');
  const oldWeb = leafFacts(web, '1');
  const oldApi = leafFacts(api, '2');
  const newWeb = leafFacts(web, '3', { signedBy: ['b'.repeat(64)], publicKey: oldWeb.publicKey });
  const newApi = leafFacts(api, '4', { signedBy: ['b'.repeat(64)], publicKey: oldApi.publicKey });

  /** The authority is `b` now. */
  function house(
    bundle: readonly CertificateFacts[],
    leaves: { readonly web: ObservedPair; readonly api: ObservedPair },
    toldOf?: readonly CertificateFacts[],
  ): PlanningInput {
    const leaf = leaves.web.certificate.state === 'parsed' ? leaves.web.certificate.certificates[0] : undefined;
    const [first] = web.spec.consumers;
    const notified =
      toldOf === undefined || leaf === undefined
        ? {}
        : {
            [web.key]: toldRecord(
              materialDigest(
                leaf.fingerprint,
                toldOf.map(({ fingerprint }) => fingerprint),
              ),
              ['Certificate/web proxy:443'],
            ),
          };
    return planningInput(
      [authority(), web, api, proxy, image('app:1')],
      {
        containers: [observedContainer(proxy, { startedAt: WRITTEN - DAY, createdAt: WRITTEN - DAY })],
        authorities: { [ROOT]: observedAuthority(b, bundle) },
        pairs: { [web.key]: leaves.web, [api.key]: leaves.api },
        paths: links(web, api),
        served: first && leaf ? { [servedId(web.key, first)]: served(leaf) } : {},
      },
      { memory: { ...EMPTY_MEMORY, notified } },
    );
  }

  it('begins by trusting the new one beside the old one, everywhere', () => {
    expectPlan(
      house([a], { web: observedPair(oldWeb, [a]), api: observedPair(oldApi, [a]) }, [a]),
      `
      #1 WriteBundle CertificateAuthority/root: authority rotated: the new one is trusted beside the old one
           bundle: want [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa], got [sha256:aaaaaaaaaaaa]
      #2 UpdateTrust Certificate/api: authority rotated (after #1)
           trust: want [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa], got [sha256:aaaaaaaaaaaa]
      #3 UpdateTrust Certificate/web: authority rotated (after #1)
           trust: want [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa], got [sha256:aaaaaaaaaaaa]
      `,
    );
  });

  it('reissues nothing before everybody was told of that', () => {
    const both = house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) });
    expect(buildPlan(both).steps.map(({ op, target }) => `${op} ${target}`)).to.deep.equal([
      'SignalContainer Certificate/web',
      'VerifyServed Certificate/web',
      'RecordNotified Certificate/web',
    ]);
    expectConditions(
      both,
      `
      Certificate/api Blocked RotatingAuthority
      Certificate/api Ready Valid
      Certificate/web Blocked RotatingAuthority
      Certificate/web Progressing Healing
      CertificateAuthority/root Ready Rotating
      Container/proxy Ready Running
      Image/app:1 Ready Present
      `,
    );
  });

  it('then reissues with the same key', () => {
    const told = house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) }, [b, a]);
    expectPlan(
      told,
      `
      #1 IssueCertificate Certificate/api: authority rotated
           issuer: want sha256:bbbbbbbbbbbb, got sha256:aaaaaaaaaaaa
      #2 IssueCertificate Certificate/web: authority rotated
           issuer: want sha256:bbbbbbbbbbbb, got sha256:aaaaaaaaaaaa
      `,
    );
    const kept = buildPlan(told).steps.map((step) => (step.op === 'IssueCertificate' ? step.args.key : ''));
    expect(kept).to.deep.equal(['keep', 'keep']);
  });

  it('drops the old one only when nobody shows a certificate of it any more', () => {
    const reissued = { web: observedPair(newWeb, [b, a]), api: observedPair(newApi, [b, a]) };
    expect(
      buildPlan(house([b, a], reissued)).steps.some(({ op }) => op === 'WriteBundle' || op === 'UpdateTrust'),
    ).to.equal(false);
    expectPlan(
      house([b, a], reissued, [b, a]),
      `
      #1 WriteBundle CertificateAuthority/root: authority rotated: nobody shows a certificate of the old one any more
           bundle: want [sha256:bbbbbbbbbbbb], got [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa]
      `,
    );
    expectPlan(
      house([b], reissued, [b, a]),
      `
      #1 UpdateTrust Certificate/api: authority rotated
           trust: want [sha256:bbbbbbbbbbbb], got [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa]
      #2 UpdateTrust Certificate/web: authority rotated
           trust: want [sha256:bbbbbbbbbbbb], got [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa]
      `,
    );
  });

  it('does not go back and forth while the bundle itself must not be touched', () => {
    const reissued = { web: observedPair(newWeb, [b, a]), api: observedPair(newApi, [b, a]) };
    const held = {
      ...house([b, a], reissued, [b, a]),
      gates: gateFiles([], { holds: new Set(['CertificateAuthority.root']) }),
    };
    expect(buildPlan(held).steps.map(({ op, blockedBy }) => `${op} ${blockedBy.length}`)).to.deep.equal([
      'WriteBundle 1',
    ]);
  });

  it('is under way as long as somebody was not looked at yet', () => {
    const reissued = { web: observedPair(newWeb, [b, a]), api: observedPair(newApi, [b, a]) };
    const told = house([b, a], reissued, [b, a]);
    const unseen = buildPlan({ ...told, observed: { ...told.observed, served: {} } });
    expect(unseen.steps).to.deep.equal([]);
    expect(unseen.conditions.some(({ key, type }) => key === ROOT && type === 'Progressing')).to.equal(true);
  });

  it('gives those who were told the time to read what they were told of, before each of the next acts', () => {
    const justNow = NOW - 2000;
    const spread = house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) }, [b, a]);
    const fresh = { ...observedAuthority(b), bundle: parsed([b, a], justNow) };
    const early = { ...spread, observed: { ...spread.observed, authorities: { [ROOT]: fresh } } };
    expect(buildPlan(early)).to.deep.include({ steps: [], wakeAt: NOW + 8000 });
    const ongoing = buildPlan(early).conditions.flatMap(({ key, type }) => (type === 'Progressing' ? [key] : []));
    expect(ongoing, 'not converged, and nobody is waited for').to.deep.equal([api.key, web.key, ROOT]);
    expect(buildPlan({ ...early, now: NOW + 8000 }).steps.map(({ op }) => op)).to.deep.equal([
      'IssueCertificate',
      'IssueCertificate',
    ]);
    expect(buildPlan({ ...early, now: justNow - 1 }).steps, 'a clock that was set back').to.have.length(2);

    const reissued = { web: observedPair(newWeb, [b, a]), api: observedPair(newApi, [b, a]) };
    const young = { ...reissued.api, certificate: parsed([newApi], justNow) };
    const late = house([b, a], { ...reissued, api: young }, [b, a]);
    expect(buildPlan(late)).to.deep.include({ steps: [], wakeAt: NOW + 8000 });
    expect(buildPlan({ ...late, now: NOW + 8000 }).steps.map(({ op }) => op)).to.include('WriteBundle');
  });

  it('does not take the old one up again while the last are told', () => {
    const dropped = house([b], { web: observedPair(newWeb, [b]), api: observedPair(newApi, [b, a]) });
    expect(buildPlan(dropped).steps.map(({ op, target }) => `${op} ${target}`)).to.deep.equal([
      'UpdateTrust Certificate/api',
      'SignalContainer Certificate/web',
      'VerifyServed Certificate/web',
      'RecordNotified Certificate/web',
    ]);
  });

  it('goes on from what the certificates trust when the bundle is lost', () => {
    const lost = house([a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) }, [b, a]);
    const gone = { ...observedAuthority(b), bundle: missing };
    expectPlan(
      { ...lost, observed: { ...lost.observed, authorities: { [ROOT]: gone } } },
      `
      #1 WriteBundle CertificateAuthority/root: missing
           bundle: want [sha256:bbbbbbbbbbbb, sha256:aaaaaaaaaaaa], got unset
      `,
    );
  });

  it('waits for those who only trust it, too, and says for whom', () => {
    const reader = container('reader');
    const ca = authority({ consumers: [{ container: 'reader', action: { type: 'signal', signal: 'SIGHUP' } }] });
    const told = house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) }, [b, a]);
    const old = observedContainer(reader, { id: id('b'), startedAt: WRITTEN - 1 });
    const input = {
      ...told,
      desired: {
        ...told.desired,
        resources: [...told.desired.resources.filter(({ key }) => key !== ROOT), ca, reader],
      },
      observed: { ...told.observed, containers: [...told.observed.containers, old] },
      gates: gateFiles([], { holds: new Set(['Container.reader']) }),
    };
    const plan = buildPlan(input);
    expect(plan.steps.map(({ op, blockedBy }) => `${op} ${blockedBy.map(({ name }) => name).join()}`)).to.deep.equal([
      'SignalContainer hold/Container.reader',
      'RecordNotified hold/Container.reader',
    ]);
    const waiting = plan.conditions.find(({ key, type }) => key === api.key && type === 'Blocked');
    expect(waiting?.message).to.contain('it waits for Container/reader');
    const untold = house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(oldApi, [b, a]) });
    const blocked = buildPlan(untold).conditions.find(({ key, type }) => key === api.key && type === 'Blocked');
    expect(blocked?.message).to.contain('it waits for proxy (Certificate/web)');
  });

  it('lets what can wait wait, whatever else it is for', () => {
    const edited = (parts: Partial<CertificateFacts>): string[] =>
      buildPlan(
        house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(leafFacts(api, '2', parts), [b, a]) }),
      ).steps.flatMap(({ op, cause }) => (op === 'IssueCertificate' ? [cause] : []));
    expect(edited({ dnsNames: ['before.lab'] })).to.deep.equal([]);
    expect(edited({ signedBy: [] })).to.deep.equal(['signed by another authority']);
  });

  it('does not let one who does not come along hold up the others until they expire', () => {
    const ends = (days: number): PlanningInput =>
      house([b, a], {
        web: observedPair(oldWeb, [b, a]),
        api: observedPair(leafFacts(api, '2', { notAfter: NOW + days * DAY }), [b, a]),
      });
    const issued = (input: PlanningInput): string[] =>
      buildPlan(input).steps.flatMap(({ op, target }) => (op === 'IssueCertificate' ? [target] : []));
    expect(issued(ends(16))).to.deep.equal([]);
    expect(issued(ends(15))).to.deep.equal([api.key]);
    expect(buildPlan(ends(16)).wakeAt).to.equal(NOW + DAY);
    // One whose files cannot be written at all: nearly to the end, and not beyond.
    const unwritten = (days: number, signedBy: string): string[] =>
      issued(
        house([b, a], {
          web: observedPair(oldWeb, [a]),
          api: observedPair(leafFacts(api, '2', { notAfter: NOW + days * DAY, signedBy: [signedBy.repeat(64)] }), [
            b,
            a,
          ]),
        }),
      );
    expect(unwritten(4, 'a')).to.deep.equal([]);
    expect(unwritten(3, 'a')).to.deep.equal([api.key]);
    expect(unwritten(15, 'b')).to.deep.equal([api.key]);
  });

  it('reissues at once what nobody can use any more', () => {
    const expired = leafFacts(api, '2', { notAfter: NOW });
    const plan = buildPlan(house([b, a], { web: observedPair(oldWeb, [b, a]), api: observedPair(expired, [b, a]) }));
    expect(plan.steps[0]).to.include({ op: 'IssueCertificate', target: api.key, cause: 'expired' });
  });
});

describe('planning with an offline authority', () => {
  const web = certificate('web');
  const offline = { ...observedAuthority(), key: missing };
  const due = leafFacts(web, '1', { notAfter: NOW + DAY });
  const house = (pair: ObservedPair | undefined): PlanningInput =>
    planningInput([authority(), web], {
      authorities: { [ROOT]: offline },
      pairs: pair === undefined ? {} : { [web.key]: pair },
      paths: links(web),
    });
  const pending = {
    key: { state: 'parsed', publicKey: 'key-9', keyAlgorithm: 'ecdsa-p256' },
    identity: identityHash(web.spec),
    isPublished: true,
  } as const;
  const waiting = observedPair(due, [rootFacts()], { pending });
  const signed = leafFacts(web, '9', { notAfter: NOW + 90 * DAY });

  it('writes a request and says with which command it is signed', () => {
    expectPlan(house(undefined), '#1 RequestSignature Certificate/web: missing');
    const conditions = buildPlan(house(waiting)).conditions;
    expect(conditions.map(({ key, type, reason }) => `${key} ${type} ${reason}`)).to.deep.equal([
      'Certificate/web Blocked AwaitingSignature',
      'Certificate/web Ready Valid',
      'CertificateAuthority/root Ready Offline',
    ]);
    expect(conditions[0]?.message).to.contain(
      'openssl x509 -req -in /pki/certs/web.csr -CA /pki/certs/root.crt -CAkey root.key ' +
        '-copy_extensions copyall -sha256 -days 90 -out /pki/certs/web.signed.crt',
    );
  });

  it('starts nobody who needs it before it is signed', () => {
    const app = container('app', {}, [web.key]);
    const { desired, ...rest } = house(undefined);
    const resources = [...desired.resources, app, image('app:1')];
    const plan = buildPlan({ ...rest, desired: { ...desired, resources } });
    expect(plan.steps.filter(({ blockedBy }) => blockedBy.length === 0).map(({ op }) => op)).to.deep.equal([
      'RequestSignature',
    ]);
  });

  it('asks anew when something else is wanted, or the request is gone', () => {
    const request = '#1 RequestSignature Certificate/web: renewal due';
    expectPlan(house({ ...waiting, pending: { ...pending, identity: 'another' } }), request);
    expectPlan(house({ ...waiting, pending: { ...pending, isPublished: false } }), request);
    expectPlan(house({ ...waiting, pending: { ...pending, key: missing } }), request);
  });

  it('takes up what is signed and verifies, and says why it does not', () => {
    const with_ = (parts: Partial<CertificateFacts>): PlanningInput =>
      house({ ...waiting, signed: parsed([{ ...signed, ...parts }]) });
    expectPlan(with_({}), '#1 TakeUpCertificate Certificate/web: signed: renewal due');
    const cases: readonly [Partial<CertificateFacts>, RegExp][] = [
      [{ publicKey: 'another' }, /for another key/],
      [{ signedBy: [] }, /is not signed by root/],
      [{ dnsNames: [] }, /has dnsNames none instead of web.lab/],
      [{ usages: ['serverAuth'] }, /has usages serverAuth instead of clientAuth, serverAuth/],
      [{ notAfter: NOW }, /has expired/],
    ];
    for (const [parts, expected] of cases) {
      expectPlan(with_(parts), 'nothing to do');
      const blocked = buildPlan(with_(parts)).conditions.find(({ type }) => type === 'Blocked');
      expect(blocked?.reason).to.equal('SignatureUnusable');
      expect(blocked?.message).to.match(expected);
    }
  });

  it('does not mind a signed file that was taken up and never removed', () => {
    const input = house({ ...waiting, signed: parsed([due]) });
    expectPlan(input, 'nothing to do');
    const conditions = buildPlan(input).conditions.filter(({ type }) => type === 'Blocked');
    expect(conditions.map(({ reason }) => reason)).to.deep.equal(['AwaitingSignature']);
  });

  it('looks after what is live while it waits', () => {
    const mode = { ...waiting.paths, key: { ...waiting.paths.key, mode: 0o644 } };
    expectPlan(
      house({ ...waiting, paths: mode }),
      `
      #1 SetOwnership Certificate/web: drift
           key.mode: want 0400, got 0644
      `,
    );
    expect(buildPlan(house({ ...waiting, paths: mode })).conditions[0]?.reason).to.equal('AwaitingSignature');
  });

  it('asks for nothing as long as the present one is good', () => {
    expectPlan(house(observedPair(leafFacts(web))), 'nothing to do');
  });
});
