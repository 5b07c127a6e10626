import { expect } from 'chai';
import type { Key } from '../../../src/model/key.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { ObservedPrometheus, ObservedServices, ObservedTarget } from '../../../src/model/observed-services.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { ServiceSpec, TargetSpec } from '../../../src/model/service-spec.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';
import { container, gate, gateFiles, NOW, observedContainer, planningInput, resource } from '../../support/planning.ts';
import {
  observedPrometheus,
  observedTarget,
  prometheusAnswer,
  prometheusSpec,
  targetSpec,
} from '../../support/stack-services.ts';

const MINUTE = 60_000;
const PROMETHEUS: Key = 'Prometheus/prometheus';
const server = container('prometheus');
const exporter = container('node', { networks: { monitoring: { aliases: ['node.lab'] } } });
const REFUSED = 'Get "https://node.lab:9100/metrics": dial tcp 172.30.77.9:9100: connect: connection refused';
const NO_HOST = 'Get "https://node.lab:9100/metrics": dial tcp: lookup node.lab on 127.0.0.11:53: no such host';

interface House {
  readonly target?: Partial<ObservedTarget>;
  readonly spec?: Partial<TargetSpec>;
  readonly memory?: Partial<Memory>;
  readonly found?: Partial<ObservedPrometheus> | 'never asked' | 'nobody asks';
  readonly input?: Partial<PlanningInput>;
}

const attempt = resource('ScrapeTarget', 'node', { parts: [exporter.key] }, [exporter.key]).attempt;

function house({ target = {}, spec = {}, memory = {}, found = {}, input = {} }: House): PlanningInput {
  const targets = [targetSpec('node', { container: 'node', network: 'monitoring', ...spec })];
  const service = prometheusSpec({ targets });
  const answer = prometheusAnswer({ targets: [observedTarget('node', target)] });
  const services: ObservedServices =
    typeof found === 'string' ? {} : { [PROMETHEUS]: observedPrometheus({ answer, ...found }) };
  const network = resource(
    'Network',
    'monitoring',
    { driver: 'bridge', internal: true, attachable: false, enable_ipv6: false, external: true, adopt: false },
    [],
  );
  return planningInput(
    [
      network,
      server,
      exporter,
      resource('Prometheus', 'prometheus', { parts: [server.key], service }, [server.key]),
      resource('ScrapeTarget', 'node', { parts: [exporter.key] }, [exporter.key]),
    ],
    {
      networks: [{ id: 'net-monitoring', name: 'monitoring', createdAt: 0, fields: {} }],
      containers: [
        observedContainer(server),
        observedContainer(exporter, { id: 'b'.repeat(64), addresses: { monitoring: '172.30.77.9' } }),
      ],
      ...(found === 'nobody asks' ? {} : { services }),
    },
    { memory: { ...EMPTY_MEMORY, ...memory }, ...input },
  );
}
const message = (input: PlanningInput, key: Key): string =>
  buildPlan(input).conditions.find(({ type, key: of }) => type === 'Degraded' && of === key)?.message ?? '';
const stackConditions = (input: PlanningInput): string =>
  buildPlan(input)
    .conditions.filter(({ key }) => /^(Prometheus|ScrapeTarget|Grafana|Traefik|Gate)/.test(key))
    .map(({ key, type, reason }) => `${key} ${type} ${reason}`)
    .join('\n');

describe('a Prometheus and its targets', () => {
  it('are Ready when it answers and every target is up', () => {
    expectPlan(house({}), 'nothing to do');
    expectConditions(
      house({}),
      `
      Container/node Ready Running
      Container/prometheus Ready Running
      Network/monitoring Ready External
      Prometheus/prometheus Ready PartsReady
      ScrapeTarget/node Ready PartsReady
      `,
    );
  });

  it('have nothing held against them where nobody asks', () => {
    expect(stackConditions(house({ found: 'nobody asks' }))).to.equal(
      'Prometheus/prometheus Ready PartsReady\nScrapeTarget/node Ready PartsReady',
    );
  });

  it('are not Ready before it answered and tried every target once', () => {
    expect(stackConditions(house({ found: 'never asked' }))).to.contain('Prometheus/prometheus Progressing Asking');
    const fresh = house({ target: { health: 'unknown', since: NOW - 5000, lastScrape: 0 } });
    expect(stackConditions(fresh)).to.equal(
      'Prometheus/prometheus Progressing FirstScrapes\nScrapeTarget/node Progressing FirstScrape',
    );
    const forLong = house({ target: { health: 'missing', since: NOW - 6 * MINUTE, lastScrape: 0 }, spec: {} });
    expect(stackConditions(forLong)).to.contain('ScrapeTarget/node Degraded NotScraped');
  });

  it('do not wait for each other: what has no container yet is no target yet', () => {
    const { observed, ...input } = house({ target: { health: 'missing', since: NOW - 5000, lastScrape: 0 } });
    const containers = observed.containers.filter(({ name }) => name === 'prometheus');
    expect(stackConditions({ ...input, observed: { ...observed, containers } })).to.contain(
      'Prometheus/prometheus Ready PartsReady',
    );
  });

  it('differ: a target that is down is not Ready, and Prometheus is, and tells it', () => {
    const input = house({ target: { health: 'down', since: NOW - 5 * MINUTE, lastError: 'sample limit exceeded' } });
    expectPlan(input, 'nothing to do');
    expect(stackConditions(input)).to.equal(
      'Prometheus/prometheus Degraded TargetsDown\nPrometheus/prometheus Ready PartsReady\nScrapeTarget/node Degraded ScrapeFailing',
    );
    expect(message(input, PROMETHEUS)).to.contain('1 of 1 targets are down: node.lab:9100 (sample limit exceeded)');
    expect(message(input, 'ScrapeTarget/node')).to.contain('limits.samples');
  });

  it('are not in trouble for one failed scrape', () => {
    const input = house({ target: { health: 'down', since: NOW - 20_000, lastError: 'sample limit exceeded' } });
    expect(stackConditions(input)).to.equal(
      'Prometheus/prometheus Ready PartsReady\nScrapeTarget/node Progressing FirstScrape',
    );
    expect(buildPlan(input).wakeAt).to.equal(NOW + 25_000);
  });

  it('expect nothing of a target that a human holds back, or that is paused to spare the disk', () => {
    const down = { health: 'down', since: NOW - 60 * MINUTE, lastError: REFUSED } as const;
    const gates = gateFiles([], { holds: new Set(['ScrapeTarget.node']) });
    expect(stackConditions(house({ target: down, input: { gates } }))).not.to.contain('Degraded');
    const paused = house({
      target: { health: 'missing', since: NOW - 60 * MINUTE },
      spec: { isHeavy: true },
      memory: { levels: { [PROMETHEUS]: { disk: { level: 3, since: NOW - MINUTE, cause: 'it was full' } } } },
    });
    expect(stackConditions(paused)).to.equal(
      'Prometheus/prometheus Degraded DiskPressure\nPrometheus/prometheus Ready PartsReady\nScrapeTarget/node Ready PartsReady',
    );
  });
});

describe('a service that does not answer', () => {
  const failing = (kind: 'unreachable' | 'certificate' | 'starting', age: number): Partial<ObservedPrometheus> => ({
    failure: { kind, message: 'prometheus.lab:9090: nobody answers', since: NOW - age },
  });
  const conditions = (found: Partial<ObservedPrometheus> & { answer?: undefined }, asked = true): string => {
    const input = house({ found: asked ? found : {} });
    return stackConditions(input).split('\n')[0] ?? '';
  };

  it('keeps what it said for a moment, and is then told, with what to do', () => {
    expect(conditions(failing('unreachable', 30_000) as never)).to.equal('Prometheus/prometheus Ready PartsReady');
    expect(conditions(failing('unreachable', MINUTE) as never)).to.equal(
      'Prometheus/prometheus Degraded ServiceUnreachable',
    );
    expect(message(house({ found: failing('unreachable', MINUTE) }), PROMETHEUS)).to.equal(
      'it does not answer: prometheus.lab:9090: nobody answers; see: docker logs prometheus',
    );
    expect(message(house({ found: failing('certificate', MINUTE) }), PROMETHEUS)).to.contain('bastion certs');
  });

  it('starts for as long as it says so, or as others may take', () => {
    const answerless = (found: Partial<ObservedPrometheus>): Partial<ObservedPrometheus> => {
      const { answer: _none, answeredAt: _never, ...rest } = observedPrometheus(found);
      return { ...rest, answer: undefined } as unknown as Partial<ObservedPrometheus>;
    };
    const first = (found: Partial<ObservedPrometheus>): string =>
      stackConditions(house({ found: answerless(found) })).split('\n')[0] ?? '';
    expect(first(failing('unreachable', MINUTE))).to.equal('Prometheus/prometheus Progressing Starting');
    expect(first(failing('unreachable', 3 * MINUTE))).to.equal('Prometheus/prometheus Degraded ServiceUnreachable');
    expect(first(failing('starting', 10 * MINUTE))).to.equal('Prometheus/prometheus Progressing Starting');
    expect(first(failing('starting', 16 * MINUTE))).to.equal('Prometheus/prometheus Degraded ServiceStarting');
  });

  it('of a Traefik, tells the routes with errors', () => {
    const service: ServiceSpec = {
      type: 'traefik',
      at: { address: '1.2.3.4', port: 1, serverName: 'a', authority: 'b' },
    };
    const input = planningInput([resource('Traefik', 'traefik', { parts: [], service }, [])], {
      services: {
        'Traefik/traefik': {
          type: 'traefik',
          at: NOW,
          answer: { total: 9, warnings: 0, errors: 1, problems: ['router memos@file: no such service'] },
        },
      },
    });
    expect(message(input, 'Traefik/traefik')).to.contain('1 of its 9').and.to.contain('router memos@file');
    expect(stackConditions(input)).to.contain('Traefik/traefik Ready');
  });
});

describe('a gate behind a Prometheus', () => {
  const opening = (parts: House): string => {
    const input = house(parts);
    const closed = gate('visible', [PROMETHEUS]);
    const desired = { ...input.desired, resources: [...input.desired.resources, closed] };
    return stackConditions({ ...input, desired }).split('\n')[0] ?? '';
  };

  it('is nobody’s turn before it answered and tried its targets', () => {
    expect(opening({ found: 'never asked' })).to.equal('Gate/visible Blocked DependenciesNotReady');
    expect(opening({ target: { health: 'unknown', since: NOW } })).to.equal(
      'Gate/visible Blocked DependenciesNotReady',
    );
  });

  it('is the human’s turn then, also while a target is down', () => {
    expect(opening({})).to.equal('Gate/visible Blocked AwaitingHuman');
    expect(opening({ target: { health: 'down', since: NOW - 60 * MINUTE, lastError: 'x509: expired' } })).to.equal(
      'Gate/visible Blocked AwaitingHuman',
    );
  });
});

describe('a scrape that fails', () => {
  const down = { health: 'down', since: NOW - 5 * MINUTE, lastError: REFUSED, lastScrape: NOW - 5000 } as const;
  const tried = (restarts: number, at: number): Partial<Memory> => ({
    remediations: { 'ScrapeTarget/node': { specHash: attempt, restarts, at } },
  });

  it('has its container restarted, counted before', () => {
    expectPlan(
      house({ target: down }),
      `
      #1 RecordRemediation ScrapeTarget/node 1: its scrape fails (node.lab:9100): ${REFUSED} (restart 1 of 5)
           scrape.restarts: want 1, got 0
      #2 RestartContainer ScrapeTarget/node bbbbbbbbbbbb: its scrape fails (node.lab:9100): ${REFUSED} (restart 1 of 5) (after #1)
      `,
    );
  });

  it('waits between restarts, and ends with hands off', () => {
    const waiting = house({ target: down, memory: tried(2, NOW - MINUTE) });
    expectPlan(waiting, 'nothing to do');
    expect(buildPlan(waiting).wakeAt).to.equal(NOW + MINUTE);
    expect(message(waiting, 'ScrapeTarget/node')).to.contain('Restarts tried: 2 of 5');
    const over = house({ target: down, memory: tried(5, NOW - 60 * MINUTE) });
    expectPlan(over, 'nothing to do');
    expect(stackConditions(over)).to.contain('ScrapeTarget/node Degraded ScrapeFailing');
    expect(message(over, 'ScrapeTarget/node'))
      .to.contain('restarted 5 times in vain')
      .and.to.contain('bastion retry ScrapeTarget/node');
  });

  it('begins to count anew with another spec, and after ten minutes up', () => {
    const other = { remediations: { 'ScrapeTarget/node': { specHash: 'v1:other', restarts: 5, at: NOW } } } as const;
    expect(buildPlan(house({ target: down, memory: other })).steps).to.have.length(2);
    expectPlan(
      house({ memory: tried(3, NOW - 60 * MINUTE) }),
      `
      #1 RecordRemediation ScrapeTarget/node 0: up for 10 min
           scrape.restarts: want 0, got 3
      `,
    );
  });

  it('has nobody restarted for certificates, limits and wrong answers, nor what is on hold', () => {
    for (const lastError of [
      'x509: certificate has expired',
      'sample limit exceeded',
      'server returned HTTP status 404',
    ])
      expectPlan(house({ target: { ...down, lastError } }), 'nothing to do');
    const gates = gateFiles([], { holds: new Set(['Container.node']) });
    for (const { blockedBy } of buildPlan(house({ target: down, input: { gates } })).steps)
      expect(blockedBy.map(({ type }) => type)).to.include('hold');
  });

  it('is by address once its name does not resolve, and tells so', () => {
    const lost = { ...down, lastError: NO_HOST };
    expectPlan(
      house({ target: lost }),
      `
      #1 RecordLevel ScrapeTarget/node address 1: its name does not resolve: ${NO_HOST}
           scrape.address: want 172.30.77.9, got node.lab
      `,
    );
    const level = { level: 1, since: NOW - MINUTE, cause: 'lost', address: '172.30.77.9', failures: 1 };
    const standing = house({ memory: { levels: { 'ScrapeTarget/node': { address: level } } } });
    expectPlan(standing, 'nothing to do');
    expect(buildPlan(standing).wakeAt).to.equal(NOW + 9 * MINUTE);
    expect(stackConditions(standing)).to.contain('ScrapeTarget/node Degraded NameNotResolved');
    expectPlan(house({ target: lost, spec: { addressFallback: false } }), 'nothing to do');
    expectPlan(
      house({ memory: { levels: { 'ScrapeTarget/node': { address: { ...level, address: '172.30.77.8' } } } } }),
      `
      #1 RecordLevel ScrapeTarget/node address 1: its address changed from 172.30.77.8
           scrape.address: want 172.30.77.9, got 172.30.77.8
      `,
    );
  });
});
