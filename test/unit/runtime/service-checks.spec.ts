import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import type { Key } from '../../../src/model/key.ts';
import type { ObservedMemory, ObservedService } from '../../../src/model/observed-services.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import type { AskService } from '../../../src/observe/services/ask.ts';
import { ServiceError } from '../../../src/observe/services/service-error.ts';
import type { WantedService } from '../../../src/plan/service/wanted-services.ts';
import { createLookAtService } from '../../../src/runtime/look-at-service.ts';
import { CHECK_INTERVAL_MILLISECONDS, ServiceChecks } from '../../../src/runtime/service-checks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  observedDisk,
  observedPrometheus,
  observedTarget,
  prometheusAnswer,
  prometheusSpec,
} from '../../support/stack-services.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const INTERVAL = CHECK_INTERVAL_MILLISECONDS;
const KEY: Key = 'Prometheus/prometheus';

const wanted = (parts: Partial<WantedService> = {}): WantedService => ({
  key: KEY,
  spec: prometheusSpec(),
  access: { serverName: 'prometheus.lab', trust: [] },
  container: { id: 'a', startedAt: 1 },
  thresholds: { memory: [0.85], disk: [0.8] },
  ...parts,
});

describe('ServiceChecks', () => {
  interface Look {
    readonly wanted: WantedService;
    readonly previous: ObservedService | undefined;
    answer(found: ObservedService): void;
    fail(error: Error): void;
  }
  let clock: FakeClock;
  let looks: Look[];
  let changes: number;
  let traces: TraceEvent[];
  let checks: ServiceChecks;

  beforeEach(() => {
    clock = new FakeClock();
    looks = [];
    changes = 0;
    traces = [];
    checks = new ServiceChecks({
      clock,
      look: (of, previous) =>
        new Promise((answer, fail) => {
          looks.push({ wanted: of, previous, answer, fail });
        }),
      trace: (event) => traces.push(event),
      onChange: () => changes++,
    });
  });
  const want = async (...services: WantedService[]): Promise<void> => {
    checks.want(services);
    await clock.settle();
  };
  const answer = async (found: ObservedService): Promise<void> => {
    const look = looks.shift();
    if (look === undefined) throw new Error('nobody was asked');
    look.answer(found);
    await clock.settle();
  };

  it('says the same by the same object while nobody was asked again, whatever is wanted meanwhile', async () => {
    await want(wanted());
    const before = checks.current();
    await want(wanted());
    expect(checks.current()).to.equal(before);
    await answer(observedPrometheus());
    const answered = checks.current();
    await want(wanted());
    expect(checks.current()).to.equal(answered).and.not.equal(before);
    await want();
    expect(checks.current()).to.deep.equal({});
  });

  it('asks at once, and again after each interval, and hands on what was said before', async () => {
    await want(wanted());
    expect(looks).to.have.length(1);
    expect(checks.current()).to.deep.equal({});
    const first = observedPrometheus();
    await answer(first);
    expect(checks.current()).to.deep.equal({ [KEY]: first });
    expect(traces.map(({ type }) => type)).to.deep.equal(['service-checked']);
    await want(wanted());
    await clock.advance(INTERVAL - 1);
    expect(looks).to.deep.equal([]);
    await clock.advance(1);
    expect(looks[0]?.previous).to.equal(first);
  });

  it('asks a slow service once at a time', async () => {
    await want(wanted());
    await clock.advance(10 * INTERVAL);
    await want(wanted());
    expect(looks).to.have.length(1);
  });

  it('asks at once when its container is another one, and does not listen to the answer of the first', async () => {
    await want(wanted());
    await want(wanted({ container: { id: 'b', startedAt: 2 } }));
    expect(looks.map((look) => look.wanted.container?.id)).to.deep.equal(['a', 'b']);
    await answer(observedPrometheus({ container: 'a' }));
    expect(checks.current()).to.deep.equal({});
    await answer(observedPrometheus({ container: 'b' }));
    expect(checks.current()[KEY]?.container).to.equal('b');
  });

  it('has the loop look again only when what matters differs', async () => {
    await want(wanted());
    const up = (lastScrape: number) => prometheusAnswer({ targets: [observedTarget('node', { lastScrape })] });
    const down = (lastError: string) =>
      prometheusAnswer({ targets: [observedTarget('node', { health: 'down', lastError })] });
    const sequence: [Parameters<typeof observedPrometheus>[0], number][] = [
      [{ answer: up(1) }, 1],
      [{ answer: up(2), at: 7, memoryReadings: [{ at: 1, ratio: 0.3 }] }, 1],
      [{ answer: up(3), memoryReadings: [{ at: 2, ratio: 0.84 }] }, 0],
      [{ answer: up(3), memoryReadings: [{ at: 3, ratio: 0.86 }] }, 1],
      [{ answer: down('connection refused'), memoryReadings: [{ at: 3, ratio: 0.99 }] }, 1],
      [{ answer: down('no route to host'), memoryReadings: [{ at: 3, ratio: 0.99 }] }, 0],
      [{ answer: down('x509: unknown'), memoryReadings: [{ at: 3, ratio: 0.99 }] }, 1],
      [
        {
          failure: { kind: 'unreachable', message: 'a', since: 1 },
          answer: down('x509: a'),
          memoryReadings: [{ at: 3, ratio: 0.99 }],
        },
        1,
      ],
      [
        {
          failure: { kind: 'unreachable', message: 'b', since: 1 },
          answer: down('x509: b'),
          memoryReadings: [{ at: 3, ratio: 0.99 }],
        },
        0,
      ],
    ];
    for (const [parts, news] of sequence) {
      const before = changes;
      await answer(observedPrometheus(parts));
      expect(changes - before, JSON.stringify(parts)).to.equal(news);
      await clock.advance(INTERVAL);
    }
  });

  it('takes a level that went further for no news of the service', async () => {
    await want(wanted());
    await answer(observedPrometheus({ memoryReadings: [{ at: 1, ratio: 0.9 }] }));
    await want(wanted({ thresholds: { memory: [0.95, 0.7], disk: [0.8] } }));
    expect(looks).to.deep.equal([]);
    await clock.advance(INTERVAL);
    await answer(observedPrometheus({ memoryReadings: [{ at: 2, ratio: 0.9 }] }));
    expect(changes).to.equal(1);
  });

  it('forgets what is not wanted any more, and asks no more', async () => {
    await want(wanted());
    await answer(observedPrometheus());
    await want();
    expect(checks.current()).to.deep.equal({});
    expect(clock.pending).to.equal(0);
  });

  it('does not plan for snapshots that a step has deleted', async () => {
    await want(wanted());
    await answer(observedPrometheus({ disk: observedDisk({ snapshots: ['a', 'b'] }) }));
    checks.forgetSnapshots(KEY, ['a']);
    const found = checks.current()[KEY];
    expect(found?.type === 'prometheus' ? found.disk?.snapshots : undefined).to.deep.equal(['b']);
  });

  it('tells a fault of its own, keeps what it knew, and goes on', async () => {
    await want(wanted());
    const first = observedPrometheus();
    await answer(first);
    await clock.advance(INTERVAL);
    looks.shift()?.fail(new Error('oops'));
    await clock.settle();
    expect(traces.at(-1)).to.include({ type: 'fault', where: `look at ${KEY}`, message: 'oops' });
    expect(checks.current()[KEY]).to.equal(first);
    await clock.advance(INTERVAL);
    expect(looks).to.have.length(1);
  });

  it('asks nobody once it is closed, and leaves no timer behind', async () => {
    await want(wanted(), wanted({ key: 'Prometheus/other' }));
    await answer(observedPrometheus());
    checks.close();
    await answer(observedPrometheus());
    expect([clock.pending, changes]).to.deep.equal([0, 1]);
    await want(wanted());
    expect(looks).to.deep.equal([]);
  });

  it('asks four side by side at most', async () => {
    await want(...Array.from({ length: 9 }, (_, index) => wanted({ key: `Prometheus/p${index}` })));
    expect(looks).to.have.length(4);
    await answer(observedPrometheus());
    expect(looks).to.have.length(4);
  });
});

describe('looking at a Prometheus', () => {
  const directory = temporaryDirectory('look');
  let clock: FakeClock;
  let ask: AskService | ServiceError;
  let memory: ObservedMemory | undefined | Error;

  beforeEach(() => {
    clock = new FakeClock();
    mkdirSync(`${directory()}/data`);
    memory = { used: 50, limit: 200 };
    ask = ({ path }) =>
      Promise.resolve({ status: 200, body: path.startsWith('/api') ? '{"data":{"activeTargets":[]}}' : 'a 1\n' });
  });
  const look = async (
    previous?: ObservedService,
    container: WantedService['container'] | null = { id: 'a', startedAt: 1 },
  ) => {
    const lookAt = createLookAtService({
      clock,
      engine: {
        containerMemory: () => (memory instanceof Error ? Promise.reject(memory) : Promise.resolve(memory)),
      },
      reach: () => (ask instanceof ServiceError ? Promise.reject(ask) : Promise.resolve(ask)),
    });
    const { container: _running, ...rest } = wanted({ spec: prometheusSpec({ dataDirectory: `${directory()}/data` }) });
    const found = await lookAt({ ...rest, ...(container && { container }) }, previous);
    if (found.type !== 'prometheus') throw new Error('it is no Prometheus');
    return found;
  };

  it('brings what it says, its memory and its disk', async () => {
    const found = await look();
    expect(found.answer?.targets).to.deep.equal([]);
    expect(found.failure).to.equal(undefined);
    expect(found.memoryReadings).to.deep.equal([{ at: clock.now(), ratio: 0.25 }]);
    expect(found.diskReadings).to.have.length(1);
    await clock.advance(INTERVAL);
    expect((await look(found)).memoryReadings).to.have.length(2);
  });

  it('measures also while it does not answer, and remembers since when and what it said', async () => {
    const first = await look();
    ask = new ServiceError('unreachable', 'nobody answers');
    await clock.advance(INTERVAL);
    const second = await look(first);
    expect(second.failure).to.deep.equal({ kind: 'unreachable', message: 'nobody answers', since: clock.now() });
    expect(second.answer).to.equal(first.answer);
    expect(second.answeredAt).to.equal(first.answeredAt);
    await clock.advance(INTERVAL);
    const third = await look(second);
    expect(third.failure?.since).to.equal(second.failure?.since);
    expect(third.diskReadings).to.have.length(3);
  });

  it('forgets what another life of its container said', async () => {
    const first = await look();
    ask = new ServiceError('unreachable', 'nobody answers');
    for (const container of [{ id: 'a', startedAt: 2 }, { id: 'b', startedAt: 1 }, null]) {
      const found = await look(first, container);
      expect(found.answer).to.equal(undefined);
      expect(found.memoryReadings.length).to.be.greaterThan(0);
    }
  });

  it('has no reading where there is nothing to measure', async () => {
    memory = new Error('the engine does not answer');
    expect((await look()).memoryReadings).to.deep.equal([]);
    memory = undefined;
    expect((await look()).memoryReadings).to.deep.equal([]);
  });
});
