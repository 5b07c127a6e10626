import { expect } from 'chai';
import fc from 'fast-check';
import { createExecutor, type Executor } from '../../../src/apply/executor.ts';
import type { Dial } from '../../../src/certs/dial.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { Key } from '../../../src/model/key.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { Step } from '../../../src/model/step.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { certificateContext } from '../../support/certificate-context.ts';
import { stubEngine } from '../../support/stub-engine.ts';

function start(id: string, after: readonly string[] = []): Step {
  return {
    id,
    op: 'StartContainer',
    target: `Container/c${id}`,
    cause: 'missing',
    fields: [],
    after,
    risk: 'safe',
    blockedBy: [],
    args: { container: id },
  };
}

describe('executor', () => {
  let time = 0;
  const clock = { ...systemClock, now: () => time };
  let trace: TraceEvent[];
  beforeEach(() => (trace = []));

  const executor = (
    engine: Partial<Engine>,
    concurrency: number | (() => number) = 4,
    remember = {},
    refusal?: (step: Step) => string | undefined,
    dial?: Dial,
  ): Executor =>
    createExecutor({
      ...(refusal === undefined ? {} : { refusal }),
      engine: stubEngine(engine),
      clock,
      stateDirectory: '/nonexistent',
      concurrency: typeof concurrency === 'number' ? () => concurrency : concurrency,
      trace: (event) => trace.push(event),
      remember: {
        recordRollback: () => Promise.resolve(),
        recordNotified: () => Promise.resolve(),
        recordPatched: () => Promise.resolve(),
        recordLevel: () => Promise.resolve(),
        recordRemediation: () => Promise.resolve(),
        ...remember,
      },
      certificates: certificateContext(dial && { dial }),
      revision: () => 'abc',
    });
  const types = (outcomes: ReadonlyMap<string, Outcome>): Record<string, string> =>
    Object.fromEntries([...outcomes].sort().map(([id, { type }]) => [id, type]));
  const failOn =
    (...ids: string[]) =>
    (id: string): Promise<void> =>
      ids.includes(id) ? Promise.reject(new EngineError('ENGINE_FAULT', 'POST /x', 'boom')) : Promise.resolve();

  it('runs in the order of `after` and tells what it does', async () => {
    const ran: string[] = [];
    const startContainer = (id: string): Promise<void> => {
      ran.push(id);
      time += 7;
      return Promise.resolve();
    };
    const outcomes = await executor({ startContainer }).run([start('#1', ['#3']), start('#2', ['#1']), start('#3')]);
    expect(ran).to.deep.equal(['#3', '#1', '#2']);
    expect(types(outcomes)).to.deep.equal({ '#1': 'done', '#2': 'done', '#3': 'done' });
    expect(trace.map(({ type }) => type)).to.deep.equal(Array(3).fill(['step-started', 'step-finished']).flat());
    expect(trace[1]).to.deep.include({ milliseconds: 7, revision: 'abc', outcome: { type: 'done' } });
  });

  it('starts nothing behind a failure, runs all else, and names the first cause', async () => {
    const steps = [start('#1'), start('#2', ['#1']), start('#3', ['#2']), start('#4'), start('#5', ['#4'])];
    const outcomes = await executor({ startContainer: failOn('#1') }).run(steps);
    expect(types(outcomes)).to.deep.equal({
      '#1': 'retry',
      '#2': 'skipped',
      '#3': 'skipped',
      '#4': 'done',
      '#5': 'done',
    });
    for (const id of ['#2', '#3']) {
      expect(outcomes.get(id))
        .to.have.property('because')
        .that.matches(/^#1 StartContainer Container\/c#1 failed: .*boom/);
    }
    expect(trace.filter(({ type }) => type === 'step-started')).to.have.length(3);
  });

  it('skips what depends on a step that is not there, or on itself in a circle', async () => {
    const outcomes = await executor({ startContainer: failOn() }).run([
      start('#1', ['#9']),
      start('#2', ['#3']),
      start('#3', ['#2']),
      start('#4'),
    ]);
    expect(types(outcomes)).to.deep.equal({ '#1': 'skipped', '#2': 'skipped', '#3': 'skipped', '#4': 'done' });
  });

  it('keeps its limit over concurrent runs', async () => {
    let running = 0;
    let most = 0;
    const startContainer = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    const one = executor({ startContainer }, 3);
    const steps = Array.from({ length: 10 }, (_, index) => start(`#${index}`));
    const both = await Promise.all([one.run(steps), one.run(steps)]);
    expect(most).to.equal(3);
    expect(both.map((outcomes) => outcomes.size)).to.deep.equal([10, 10]);
  });

  it('follows its limit, up and down', async () => {
    let limit = 1;
    const ends: (() => void)[] = [];
    const startContainer = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const run = executor({ startContainer }, () => limit).run(
      Array.from({ length: 6 }, (_, index) => start(`#${index}`)),
    );
    await settle();
    expect(ends).to.have.length(1);
    limit = 3;
    ends[0]?.();
    await settle();
    expect(ends).to.have.length(4);
    limit = 1;
    ends[1]?.();
    ends[2]?.();
    await settle();
    expect(ends).to.have.length(4);
    for (let index = 3; index < 6; index++) {
      ends[index]?.();
      await settle();
    }
    expect((await run).size).to.equal(6);
  });

  it('heals while pulls take their time, two of which run side by side', async () => {
    const ends: (() => void)[] = [];
    const started: string[] = [];
    const pullImage = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
    const startContainer = (id: string): Promise<void> => Promise.resolve(void started.push(id));
    const pull = (id: string): Step => ({
      ...start(id),
      op: 'PullImage',
      args: { reference: `image${id}`, platforms: [] },
    });
    const one = executor({ pullImage, inspectImage: () => Promise.resolve(undefined) }, 1);
    const pulls = one.run([pull('#1'), pull('#2'), pull('#3')]);
    await eventually(() => expect(ends).to.have.length(2));
    const other = executor({ pullImage, startContainer, inspectImage: () => Promise.resolve(undefined) }, 1);
    const otherPulls = other.run(['#1', '#2', '#3', '#4', '#5'].map(pull));
    expect(types(await other.run([start('#6')]))).to.deep.equal({ '#6': 'done' });
    expect(started).to.deep.equal(['#6']);
    one.close();
    other.close();
    for (const end of ends) end();
    await Promise.all([pulls, otherPulls]);
    expect(ends).to.have.length(4);
  });

  it('lets consumers that do not answer hold up neither each other nor pulls', async () => {
    const dialled: string[] = [];
    const ends: (() => void)[] = [];
    const pulled: string[] = [];
    const dial: Dial = ({ host }) => {
      dialled.push(host);
      return new Promise((resolve) => ends.push(() => resolve({ at: 0, state: 'unreachable', error: 'dead' })));
    };
    const verify = (id: string): Step => ({
      ...start(id),
      op: 'VerifyServed',
      args: {
        served: { id, consumer: id, address: id, port: 443, serverName: 'x.lab', trust: [] },
        fingerprint: 'f',
        within: 0,
      },
    });
    const pullImage = (reference: string): Promise<void> => Promise.resolve(void pulled.push(reference));
    const one = executor({ pullImage, inspectImage: () => Promise.resolve(undefined) }, 1, {}, undefined, dial);
    const all = one.run(Array.from({ length: 9 }, (_, index) => verify(`#${index}`)));
    await eventually(() => expect(dialled).to.have.length(8));
    await one.run([{ ...start('#p'), op: 'PullImage', args: { reference: 'app:1', platforms: [] } }]);
    expect(pulled).to.deep.equal(['app:1']);
    expect(dialled).to.have.length(8);
    one.close();
    for (const end of ends) end();
    await all;
  });

  it('asks before every step starts, and skips what must not start any more', async () => {
    const asked: string[] = [];
    const ran: string[] = [];
    const startContainer = (id: string): Promise<void> => Promise.resolve(void ran.push(id));
    const refusal = ({ id }: Step): string | undefined => {
      asked.push(`${id} after ${ran.join(' ')}`);
      return id === '#2' ? 'Gate/x was closed' : undefined;
    };
    const outcomes = await executor({ startContainer }, 4, {}, refusal).run([
      start('#1'),
      start('#2', ['#1']),
      start('#3', ['#2']),
    ]);
    expect(asked).to.deep.equal(['#1 after ', '#2 after #1']);
    expect(outcomes.get('#2')).to.deep.equal({ type: 'skipped', because: 'Gate/x was closed' });
    expect(types(outcomes)).to.deep.equal({ '#1': 'done', '#2': 'skipped', '#3': 'skipped' });
    expect(trace.filter(({ type }) => type === 'step-started')).to.have.length(1);
  });

  it('starts nothing once it is closed, and calls nothing a failure that its own end broke', async () => {
    let fail = (): void => undefined;
    const ran: string[] = [];
    const startContainer = (id: string): Promise<void> => {
      ran.push(id);
      return new Promise((_, reject) => (fail = () => reject(new EngineError('ENGINE_UNREACHABLE', 'POST /x', 'cut'))));
    };
    const one = executor({ startContainer }, 1);
    const run = one.run([start('#1'), start('#2')]);
    await eventually(() => expect(ran).to.deep.equal(['#1']));
    one.close();
    fail();
    expect(types(await run)).to.deep.equal({ '#1': 'skipped', '#2': 'skipped' });
    expect(ran).to.deep.equal(['#1']);
    expect(trace.map(({ type }) => type)).to.deep.equal(['step-started']);
  });

  it('settles every graph and never runs a step before those that it comes after', async () => {
    const graph = fc.array(fc.record({ after: fc.array(fc.nat(11), { maxLength: 3 }), fails: fc.boolean() }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(graph, async (nodes) => {
        const done = new Set<string>();
        const startContainer = async (id: string): Promise<void> => {
          const node = nodes[Number(id)];
          expect(node?.after.every((before) => done.has(String(before)))).to.equal(true);
          await Promise.resolve();
          if (node?.fails) throw new Error('no');
          done.add(id);
        };
        const steps = nodes.map(({ after }, index) => start(String(index), after.map(String)));
        const outcomes = await executor({ startContainer }, 2).run(steps);
        expect(outcomes.size).to.equal(nodes.length);
        for (const [id, { type }] of outcomes) expect(type === 'done').to.equal(done.has(id));
      }),
    );
  });

  it('remembers for the step’s own resource', async () => {
    const remembered: unknown[] = [];
    const remember = {
      recordRollback: (...args: [Key, string, string]) => Promise.resolve(void remembered.push(args)),
    };
    const step: Step<'RecordRollback'> = {
      ...start('#1'),
      op: 'RecordRollback',
      args: { specHash: 'v1:x', reason: 'unhealthy' },
    };
    await executor({}, 1, remember).run([step]);
    expect(remembered).to.deep.equal([['Container/c#1', 'v1:x', 'unhealthy']]);
  });
});
