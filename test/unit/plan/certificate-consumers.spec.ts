import { expect } from 'chai';
import { materialDigest, servedId } from '../../../src/model/certificate-identity.ts';
import type { CertificateConsumer } from '../../../src/model/certificate-specs.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { ObservedContainer } from '../../../src/model/observed.ts';
import type { ObservedServed } from '../../../src/model/observed-certificates.ts';
import type { Resource } from '../../../src/model/resource.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { toldRecord } from '../../../src/plan/certificate/told.ts';
import { servedTargets } from '../../../src/plan/certificate/served-targets.ts';
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
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import {
  container,
  foreignContainer,
  gate,
  gateFiles,
  id,
  image,
  NOW,
  observedContainer,
  planningInput,
} from '../../support/planning.ts';

const proxy = container('proxy');
const before = WRITTEN - DAY;
const old = leafFacts(certificate('web'), '0');

interface Scene {
  readonly consumers?: readonly CertificateConsumer[];
  readonly container?: Partial<ObservedContainer>;
  readonly served?: ObservedServed;
  readonly memory?: Partial<Memory>;
  readonly others?: readonly string[];
}

/** The proxy began before the certificate was written and was told of nothing, unless the scene says otherwise. */
function scene(parts: Scene = {}): PlanningInput {
  const web = certificate('web', { consumers: parts.consumers ?? [consumer('proxy')] });
  const [first] = web.spec.consumers;
  return planningInput(
    [authority(), web, proxy, image('app:1')],
    {
      containers: [observedContainer(proxy, { startedAt: before, createdAt: before, ...parts.container })],
      authorities: { [ROOT]: observedAuthority() },
      pairs: { [web.key]: observedPair(leafFacts(web), [rootFacts()], { others: parts.others ?? [] }) },
      paths: links(web),
      served: parts.served === undefined || !first ? {} : { [servedId(web.key, first)]: parts.served },
    },
    { memory: { ...EMPTY_MEMORY, ...parts.memory } },
  );
}
const web = certificate('web', { consumers: [consumer('proxy')] });
const current = served(leafFacts(web));
const told = {
  notified: {
    [web.key]: toldRecord(materialDigest('1'.repeat(64), ['a'.repeat(64)]), ['Certificate/web proxy:443']),
  },
};
const failed = {
  backoffs: {
    [web.key]: {
      specHash: web.attempt,
      failures: 1,
      notBefore: NOW + 500,
      error: { code: 'NOT_SERVED', message: 'still the old one', of: 'Certificate/web proxy:443' },
      terminal: false,
    },
  },
};

describe('planning for those who serve a certificate', () => {
  it('tells nothing to somebody else’s container while ours takes its place', () => {
    const theirs = foreignContainer('proxy', { startedAt: before, createdAt: before });
    const ours = observedContainer(proxy, { name: 'proxy.next', state: 'created', startedAt: 0, replaces: theirs.id });
    const input = scene();
    const adopting = { ...input, observed: { ...input.observed, containers: [theirs, ours] } };
    const steps = buildPlan(adopting).steps.filter(({ target }) => target === web.key);
    expect(steps.map(({ op }) => op)).to.deep.equal([]);
    expect(servedTargets(adopting)).to.deep.equal([]);
  });

  it('tells one that began before it was written, and looks at what it serves then', () => {
    expectPlan(
      scene(),
      `
      #1 SignalContainer Certificate/web SIGHUP ${id('a').slice(0, 12)}: Certificate/web changed
      #2 VerifyServed Certificate/web proxy: Certificate/web changed (after #1)
      #3 RecordNotified Certificate/web: Certificate/web changed (after #2)
      `,
    );
  });

  it('restarts or asks one that wants that, and only looks at one that reads by itself', () => {
    const operations = (action: CertificateConsumer['action'], servedNow?: ObservedServed): string[] =>
      buildPlan(
        scene({ consumers: [consumer('proxy', { action })], ...(servedNow ? { served: servedNow } : {}) }),
      ).steps.map(({ op }) => op);
    expect(operations({ type: 'restart' })).to.deep.equal(['RestartContainer', 'VerifyServed', 'RecordNotified']);
    expect(operations({ type: 'http', method: 'POST', port: 3000, path: '/reload' })).to.deep.equal([
      'RequestContainer',
      'VerifyServed',
      'RecordNotified',
    ]);
    // Nobody looked yet: the schedule will.
    expect(operations({ type: 'none' })).to.deep.equal([]);
    expect(operations({ type: 'none' }, { ...served(old), at: WRITTEN - 1 })).to.deep.equal([
      'VerifyServed',
      'RecordNotified',
    ]);
  });

  it('tells nobody who began later, was told, or does not run', () => {
    expectPlan(scene({ container: { startedAt: WRITTEN + 1 } }), 'nothing to do');
    expectPlan(scene({ memory: told, served: current }), 'nothing to do');
    const stopped = scene({ container: { state: 'exited' } });
    expect(buildPlan(stopped).steps.filter(({ target }) => target === web.key)).to.deep.equal([]);
  });

  it('takes no time in the future at its word: the clock was set back since', () => {
    const tell = ['#1 SignalContainer', '#2 VerifyServed', '#3 RecordNotified'];
    const steps = (parts: Scene): string[] => buildPlan(scene(parts)).steps.map(({ id, op }) => `${id} ${op}`);
    const later = { container: { startedAt: NOW + DAY } };
    expect(steps({ ...later })).to.deep.equal(tell);
    expect(steps({ ...later, served: current, memory: told })).to.deep.equal([]);
    expect(steps({ served: { ...current, at: NOW + DAY }, memory: told })).to.deep.equal(['#1 VerifyServed']);
    const input = scene({ served: { ...current, at: NOW - DAY / 2 }, memory: told });
    const written = observedPair({ ...leafFacts(web) });
    const certificates = written.certificate.state === 'parsed' ? written.certificate.certificates : [];
    const pair = { ...written, certificate: parsed(certificates, NOW + DAY) };
    const future = { ...input, observed: { ...input.observed, pairs: { [web.key]: pair } } };
    expect(buildPlan(future).steps).to.deep.equal([]);
  });

  it('restarts once what was told and goes on with the old one, whatever the backoff', () => {
    expectPlan(
      scene({ memory: failed, served: served(old) }),
      `
      #1 RestartContainer Certificate/web ${id('a').slice(0, 12)}: the new certificate is not served
      #2 VerifyServed Certificate/web proxy: Certificate/web changed (after #1)
      #3 RecordNotified Certificate/web: Certificate/web changed (after #2)
      `,
    );
  });

  it('says so when a restart did not help, and does not restart again', () => {
    const input = scene({
      memory: failed,
      served: served(old),
      container: { startedAt: NOW - 3_600_000 },
      others: ['..0-0'],
    });
    expectPlan(input, 'nothing to do');
    expectConditions(
      input,
      `
      Certificate/web Degraded StaleCertificateServed
      Certificate/web Ready Valid
      CertificateAuthority/root Ready Usable
      Container/proxy Ready Running
      Image/app:1 Ready Present
      `,
    );
  });

  it('tells again one that is found with another certificate much later', () => {
    expect(buildPlan(scene({ memory: told, served: served(old) })).steps.map(({ op }) => op)).to.deep.equal([
      'SignalContainer',
      'VerifyServed',
    ]);
  });

  it('shows who cannot be reached or refuses us, and restarts nobody for it', () => {
    const reason = (found: ObservedServed): string | undefined => {
      const plan = buildPlan(scene({ memory: told, served: found }));
      expect(plan.steps).to.deep.equal([]);
      return plan.conditions.find(({ type }) => type === 'Degraded')?.reason;
    };
    expect(reason({ at: NOW - 1000, state: 'unreachable', error: 'connection refused' })).to.equal('NotServed');
    expect(reason(served(leafFacts(web), { failure: 'refused our client certificate' }))).to.equal('HandshakeFailed');
  });

  it('waits for one that is on its way up', () => {
    const startedAt = NOW - 5_000;
    const found: ObservedServed = { at: NOW - 1_000, state: 'unreachable', error: 'connection refused' };
    expectPlan(
      scene({ container: { startedAt }, served: found }),
      `
      #1 VerifyServed Certificate/web proxy: it may be starting
      #2 RecordNotified Certificate/web: Certificate/web changed (after #1)
      `,
    );
  });

  it('looks again at one that was started since, and does not say that the certificate changed', () => {
    expectPlan(
      scene({ container: { startedAt: NOW - 5_000 }, memory: told, served: { ...current, at: NOW - 60_000 } }),
      '#1 VerifyServed Certificate/web proxy: not looked at since it started or changed',
    );
  });

  it('keeps the previous version until the new one is served', () => {
    const others = ['..0-0'];
    expectPlan(scene({ others, memory: told }), 'nothing to do');
    expectPlan(
      scene({ others, memory: told, served: current }),
      '#1 RemovePreviousPairs Certificate/web: no longer served',
    );
  });

  it('touches nobody who is on hold or behind a closed gate', () => {
    const input = scene();
    expectPlan(
      { ...input, gates: gateFiles([], { holds: new Set(['Container.proxy']) }) },
      `
      #1 SignalContainer Certificate/web SIGHUP ${id('a').slice(0, 12)}: Certificate/web changed [blocked by hold/Container.proxy]
      #2 VerifyServed Certificate/web proxy: Certificate/web changed (after #1) [blocked by hold/Container.proxy]
      #3 RecordNotified Certificate/web: Certificate/web changed (after #2) [blocked by hold/Container.proxy]
      `,
    );
  });

  describe('of several', () => {
    const [a, b] = [container('a'), container('b')];
    const shared = certificate('web', {
      consumers: [
        consumer('a', { action: { type: 'http', method: 'POST', port: 80, path: '/reload' } }),
        consumer('b'),
      ],
    });
    const both = (parts: Partial<PlanningInput> = {}, more: readonly Resource[] = []): PlanningInput =>
      planningInput(
        [authority(), shared, a, b, image('app:1'), ...more],
        {
          containers: [a, b].map((of, index) =>
            observedContainer(of, { id: id(index === 0 ? 'a' : 'b'), startedAt: before, createdAt: before }),
          ),
          authorities: { [ROOT]: observedAuthority() },
          pairs: { [shared.key]: observedPair(leafFacts(shared)) },
          paths: links(shared),
        },
        parts,
      );
    const told = (input: PlanningInput): string[] =>
      buildPlan(input)
        .steps.filter(({ op, blockedBy }) => /^(Signal|Request|Restart)Container$/.test(op) && blockedBy.length === 0)
        .map((step) => ('container' in step.args ? step.args.container.slice(0, 1) : ''));
    const failing = (failures: number, of?: string): Memory['backoffs'] => ({
      [shared.key]: {
        specHash: shared.attempt,
        failures,
        notBefore: NOW - 1,
        error: {
          code: of === undefined ? 'REQUEST_FAILED' : 'NOT_SERVED',
          message: 'no',
          ...(of === undefined ? {} : { of }),
        },
        terminal: false,
      },
    });

    it('lets another one come first after a failure, and tells nobody twice', () => {
      expect(told(both())).to.deep.equal(['a', 'b']);
      expect(told(both({ memory: { ...EMPTY_MEMORY, backoffs: failing(1) } }))).to.deep.equal(['b', 'a']);
      const notified = {
        [shared.key]: toldRecord(materialDigest('1'.repeat(64), ['a'.repeat(64)]), ['Certificate/web b:443']),
      };
      expect(told(both({ memory: { ...EMPTY_MEMORY, notified, backoffs: failing(1) } }))).to.deep.equal(['a']);
    });

    it('tells those who may be told, and says who was left alone', () => {
      const holds = both({ gates: gateFiles([], { holds: new Set(['Container.a']) }) });
      expect(told(holds)).to.deep.equal(['b']);
      const waits = buildPlan(holds).conditions.find(({ key, type }) => key === shared.key && type === 'Blocked');
      expect(waits).to.include({ reason: 'ConsumerWaits' });
      expect(waits?.message).to.match(/: a$/);
      const gated = { ...b, dependsOn: ['Gate/two' as const] };
      const behind = both({}, [gate('two')]);
      const resources = behind.desired.resources.map((resource) => (resource.key === b.key ? gated : resource));
      expect(told({ ...behind, desired: { ...behind.desired, resources } })).to.deep.equal(['a']);
    });

    it('restarts the one that failed, and nobody for it', () => {
      const served = {
        'Certificate/web a:443': { at: NOW, state: 'unreachable', error: 'refused' } as const,
        'Certificate/web b:443': { at: NOW, state: 'unreachable', error: 'refused' } as const,
      };
      const input = both({ memory: { ...EMPTY_MEMORY, backoffs: failing(2, 'Certificate/web a:443') } });
      const restarted = buildPlan({ ...input, observed: { ...input.observed, served } }).steps.flatMap((step) =>
        step.op === 'RestartContainer' ? [step.args.container.slice(0, 1)] : [],
      );
      expect(restarted).to.deep.equal(['a']);
      const alone = buildPlan({ ...input, observed: { ...input.observed, served } }).steps.map(({ op }) => op);
      expect(alone, 'nobody else fails in its turn').to.deep.equal([
        'RestartContainer',
        'VerifyServed',
        'RecordNotified',
      ]);
    });
  });

  it('restarts nobody who serves the right one and only wants a certificate that we do not have', () => {
    const refused = served(leafFacts(web), { failure: 'it asks for a client certificate' });
    const input = scene({ memory: { ...failed, ...told }, served: refused });
    expectPlan(input, 'nothing to do');
    expect(buildPlan(input).conditions[0]).to.include({ type: 'Degraded', reason: 'HandshakeFailed' });
  });

  it('restarts nobody at a time that the clock was set back from', () => {
    const input = scene({ memory: failed, served: { ...served(old), at: NOW - 1 } });
    const pairs = { [web.key]: { ...observedPair(leafFacts(web)), liveSince: NOW + 60_000 } };
    const steps = buildPlan({ ...input, observed: { ...input.observed, pairs } }).steps;
    expect(steps.filter(({ op }) => op === 'RestartContainer')).to.deep.equal([]);
  });

  it('names each of two services of one container', () => {
    const second = consumer('proxy', { served: { port: 8443, serverName: 'proxy.lab', within: 30_000 } });
    const names = servedTargets(scene({ consumers: [consumer('proxy'), second] })).map((target) => target.consumer);
    expect(names).to.deep.equal(['proxy:443', 'proxy:8443']);
  });

  it('lets containers be healed while their certificate is being told of', () => {
    const behind = container('app', {}, [web.key]);
    const input = scene({ memory: failed });
    const resources = [...input.desired.resources, behind];
    const steps = buildPlan({ ...input, desired: { ...input.desired, resources } }).steps;
    expect(steps.filter(({ target, blockedBy }) => target === behind.key && blockedBy.length > 0)).to.deep.equal([]);
  });

  it('names what to dial, whom to trust and what to show', () => {
    const operator = certificate('operator');
    const input = scene();
    const [target] = servedTargets({
      ...input,
      desired: {
        ...input.desired,
        bastion: { ...input.desired.bastion, clientCertificate: 'operator' },
        resources: [...input.desired.resources, operator],
      },
      observed: {
        ...input.observed,
        pairs: { ...input.observed.pairs, [operator.key]: observedPair(leafFacts(operator, '5')) },
      },
    });
    expect(target).to.deep.equal({
      key: web.key,
      id: 'Certificate/web proxy:443',
      consumer: 'proxy',
      container: id('a'),
      port: 443,
      serverName: 'proxy.lab',
      trust: ['root a\n'],
      identity: '/pki/live/operator',
    });
  });
});
