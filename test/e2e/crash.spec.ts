import { join } from 'node:path';
import { expect } from 'chai';
import { EngineProxy, type Interference, type ProxiedRequest } from '../support/engine-proxy.ts';
import { inParallel } from '../support/in-parallel.ts';
import { conditionOf, type Operator } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

/** Places in which scenes are played one after the other, side by side. */
const LANES = 4;

/** A replacement by a spec that becomes healthy, or by one that never does. */
const REPLACEMENTS = [
  { title: 'a good new spec', check: 'true', wins: 'new' },
  { title: 'a new spec whose health check never passes', check: 'false', wins: 'old' },
] as const;
type Replacement = (typeof REPLACEMENTS)[number];

/** One container under one operator after another, all behind a proxy. Each replacement starts where the last ended. */
class Lane {
  readonly proxy: EngineProxy;
  readonly place: Workplace;
  operator: Operator;
  #edition = 0;
  #running = 0;
  #id = '';

  private constructor(place: Workplace) {
    this.place = place;
    this.proxy = new EngineProxy(place.host, join(place.directory, 'engine.sock'));
    this.#want('true');
    this.operator = place.start({ host: this.proxy.host });
  }

  static async open(home: Workplace): Promise<Lane> {
    const lane = new Lane(await home.another('crash'));
    await lane.proxy.open();
    try {
      await lane.expectEnd({ ...REPLACEMENTS[0] });
      return lane;
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.place.close();
  }

  #want(check: string): void {
    this.#edition += 1;
    const environment = { EDITION: String(this.#edition) };
    const spec = { environment, healthcheck: this.place.health(check), healthyWithin: '20s' };
    this.place.desired.write('10-web.yaml', this.place.container('web', spec));
  }

  /** Wants another edition, from when on requests count from 1 and are interfered with. */
  replace(replacement: Replacement, interference: (request: ProxiedRequest) => Interference = () => ({})): void {
    const start = { requests: this.proxy.requests.length, mutations: this.proxy.mutations.length };
    const relative = (request: ProxiedRequest): ProxiedRequest => ({
      ...request,
      ordinal: request.mutates ? request.ordinal - start.mutations : 0,
      position: request.position - start.requests,
    });
    this.proxy.interference = {
      before: (request) => interference(relative(request)).before?.(request) ?? 'forward',
      after: (request) => interference(relative(request)).after?.(request) ?? 'answer',
    };
    this.#want(replacement.check);
  }

  /** kill -9, as an answer to a request. */
  readonly kill = async (): Promise<'refuse'> => {
    await this.operator.kill();
    return 'refuse';
  };

  restart(): void {
    this.proxy.interference = {};
    this.operator = this.place.start({ host: this.proxy.host });
  }

  /** What must be true in the end, whatever happened on the way: one container, the right one, and nothing else. */
  async expectEnd(replacement: Replacement): Promise<void> {
    const key = `Container/${this.place.name('web')}`;
    const wanted = replacement.wins === 'new' ? this.#edition : this.#running;
    await this.operator.until(async (status) => {
      expect(Object.keys(await this.place.containers())).to.deep.equal(['web']);
      if (replacement.wins === 'new') expect(status.result).to.equal('converged');
      else expect(conditionOf(status, key, 'Degraded')?.reason).to.equal('RolledBack');
      const { Id, Config, State } = await this.place.inspect('web');
      expect(Config.Env).to.include(`EDITION=${wanted}`);
      expect(State.Running, 'it runs').to.equal(true);
      if (replacement.wins === 'old') expect(Id, 'the old container itself is back').to.equal(this.#id);
      this.#id = Id;
    });
    this.#running = wanted;
  }
}

describe('kill -9 of the operator', function () {
  this.timeout(240_000);
  let home: Workplace;

  before(async function () {
    home = await Workplace.open(this, 'crash');
  });

  after(() => home?.close());

  /** Plays every scene, spread over the lanes; a failure names its scene. */
  async function play<T>(
    scenes: readonly T[],
    title: (scene: T) => string,
    scene: (lane: Lane, scene: T) => Promise<void>,
  ): Promise<void> {
    const waiting = [...scenes];
    const lanes = Array.from({ length: Math.min(LANES, scenes.length) }, (_, index) => index);
    await inParallel(lanes, lanes.length, async () => {
      const lane = await Lane.open(home);
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const current = next;
          await scene(lane, current).catch((error: unknown) => {
            throw new Error(`${title(current)}: ${error instanceof Error ? error.message : String(error)}`, {
              cause: error,
            });
          });
        }
      } finally {
        await lane.close();
      }
    });
  }

  /** The changing calls of a replacement that nobody disturbs. */
  async function callsOf(replacement: Replacement): Promise<string[]> {
    const lane = await Lane.open(home);
    try {
      const before = lane.proxy.mutations.length;
      lane.replace(replacement);
      await lane.expectEnd(replacement);
      return lane.proxy.mutations.slice(before).map((call) => call.replace(/[0-9a-f]{64}/, 'ID'));
    } finally {
      await lane.close();
    }
  }

  for (const replacement of REPLACEMENTS)
    it(`just before and just after every call of a replacement by ${replacement.title}: the next start ends it`, async () => {
      const calls = await callsOf(replacement);
      expect(calls.length, calls.join('\n')).to.be.within(6, 9);
      const boundaries = calls.flatMap((call, index) =>
        (['before', 'after'] as const).map((when) => ({ ordinal: index + 1, call, when })),
      );
      await play(
        boundaries,
        ({ ordinal, call, when }) => `killed just ${when} call ${ordinal}, ${call}`,
        async (lane, { ordinal, when }) => {
          lane.replace(replacement, (request) => (request.ordinal === ordinal ? { [when]: lane.kill } : {}));
          await lane.operator.ended();
          lane.restart();
          await lane.expectEnd(replacement);
        },
      );
    });

  it('at any request, reading ones and those of the recovery included: some later start ends it', async () => {
    // At which request each operator dies, in turn; a replacement takes ten to forty.
    const deaths = [
      [3, 9, 14],
      [11, 12, 13],
      [17, 5, 21],
      [23, 16, 8],
      [29, 7, 19],
      [2, 31, 25],
    ];
    await play(
      deaths.map((positions, index) => ({ positions, replacement: REPLACEMENTS[index % 2] ?? REPLACEMENTS[0] })),
      ({ positions }) => `killed at requests ${positions.join(', ')}`,
      async (lane, { positions, replacement }) => {
        for (const [index, fatal] of positions.entries()) {
          const strike = (request: ProxiedRequest): Interference =>
            request.position >= fatal ? { before: lane.kill } : {};
          if (index === 0) lane.replace(replacement, strike);
          else lane.restart();
          if (index > 0) {
            const start = lane.proxy.requests.length;
            lane.proxy.interference = {
              before: ({ position }) => (position - start >= fatal ? lane.kill() : 'forward'),
            };
          }
          // One that has nothing left to do asks no more, and lives.
          await Promise.race([lane.operator.ended(), lane.expectEnd(replacement).catch(() => undefined)]);
          await lane.operator.kill();
        }
        lane.restart();
        await lane.expectEnd(replacement);
      },
    );
  });
});
