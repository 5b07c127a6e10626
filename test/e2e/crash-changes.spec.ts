import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusJson } from '../../src/status/status-json.ts';
import { manifest } from '../support/desired-directory.ts';
import { EngineProxy, type Interference } from '../support/engine-proxy.ts';
import type { Operator } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

/** Something that is changed again and again by operators that die over it. */
interface Subject {
  /** Wants another edition; starts of operators come after it. */
  want(edition: number): void;
  /** What must be true in the end, whatever happened on the way. */
  expectEnd(edition: number, status: StatusJson): Promise<void>;
}

/** Moments of a change at which an operator dies that no call can name: parts of the time that it takes undisturbed. */
const MOMENTS = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95];

/** One operator after another behind a proxy. */
class Succession {
  readonly proxy: EngineProxy;
  readonly #place: Workplace;
  readonly #subject: Subject;
  #operator: Operator;
  #edition = 1;

  private constructor(place: Workplace, subject: Subject) {
    this.#place = place;
    this.#subject = subject;
    this.proxy = new EngineProxy(place.host, join(place.directory, 'engine.sock'));
    subject.want(this.#edition);
    this.#operator = place.start({ host: this.proxy.host });
  }

  static async open(place: Workplace, subject: Subject): Promise<Succession> {
    const succession = new Succession(place, subject);
    await succession.proxy.open();
    await succession.#end();
    return succession;
  }

  async #end(): Promise<void> {
    await this.#operator.until(async (status) => {
      await this.#subject.expectEnd(this.#edition, status);
      expect(status.result).to.equal('converged');
    });
  }

  /** The changing calls of a change that nobody disturbs, and the milliseconds that it takes. */
  async undisturbed(): Promise<{ calls: string[]; milliseconds: number }> {
    const before = this.proxy.mutations.length;
    const started = performance.now();
    this.#subject.want((this.#edition += 1));
    await this.#end();
    const calls = this.proxy.mutations.slice(before).map((call) => call.replace(/[0-9a-f]{64}/g, 'ID'));
    return { calls, milliseconds: performance.now() - started };
  }

  /** A change over which one operator dies; the next one ends it. */
  async disturbed(title: string, death: (kill: () => Promise<'refuse'>) => Interference | number): Promise<void> {
    const kill = async (): Promise<'refuse'> => {
      await this.#operator.kill();
      return 'refuse';
    };
    const how = death(kill);
    if (typeof how !== 'number') this.proxy.interference = how;
    this.#subject.want((this.#edition += 1));
    if (typeof how === 'number') setTimeout(() => void kill(), how);
    await this.#operator.ended();
    this.proxy.interference = {};
    this.#operator = this.#place.start({ host: this.proxy.host });
    await this.#end().catch((error: unknown) => {
      throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
  }

  /** Dies just before and just after every changing call. */
  async everyCall(calls: readonly string[]): Promise<void> {
    for (const [index, call] of calls.entries())
      for (const when of ['before', 'after'] as const) {
        const fatal = this.proxy.mutations.length + index + 1;
        await this.disturbed(`killed just ${when} call ${index + 1}, ${call}`, (kill) => ({
          [when]: ({ ordinal }: { ordinal: number }) =>
            ordinal === fatal ? kill() : when === 'before' ? 'forward' : 'answer',
        }));
      }
  }

  async everyMoment(milliseconds: number): Promise<void> {
    for (const part of MOMENTS)
      await this.disturbed(`killed after ${part} of ${Math.round(milliseconds)} ms`, () => part * milliseconds);
  }

  close(): Promise<void> {
    return this.proxy.close();
  }
}

describe('kill -9 of the operator over other changes', function () {
  this.timeout(240_000);
  let place: Workplace;
  let succession: Succession | undefined;

  beforeEach(async function () {
    place = await Workplace.open(this, 'crashes');
  });

  afterEach(async () => {
    await succession?.close();
    succession = undefined;
    await place?.close();
  });

  it('a network that is replaced under its members: they keep their containers and are in the new one', async () => {
    const lan = place.name('lan');
    let ids: Record<string, string> | undefined;
    const members = ['a', 'b'].map((name) =>
      place.container(name, { networks: { [lan]: { aliases: [`${name}-alias`] } }, dependsOn: [`Network/${lan}`] }),
    );
    succession = await Succession.open(place, {
      want: (edition) =>
        place.desired.write('10.yaml', manifest('Network', lan, { labels: { edition: `${edition}` } }), ...members),
      expectEnd: async (edition) => {
        const networks = (await place.engine.listNetworks()).filter(({ Name }) => Name.startsWith(place.instance));
        expect(networks.map(({ Name, Labels }) => [Name, Labels?.['edition']])).to.deep.equal([[lan, `${edition}`]]);
        const found = await place.containers();
        expect(Object.keys(found)).to.deep.equal(['a', 'b']);
        expect(found, 'no container was replaced').to.deep.equal((ids ??= found));
        for (const name of ['a', 'b']) {
          const { State, NetworkSettings } = await place.inspect(name);
          expect(State.Running, `${name} runs`).to.equal(true);
          expect(Object.keys(NetworkSettings.Networks ?? {})).to.deep.equal([lan]);
          const endpoint = NetworkSettings.Networks?.[lan];
          expect(endpoint?.NetworkID).to.equal(networks[0]?.Id);
          expect(endpoint?.Aliases).to.include(`${name}-alias`);
          expect(endpoint?.IPAddress).to.match(/^\d/);
        }
      },
    });
    const { calls, milliseconds } = await succession.undisturbed();
    expect(calls.length, calls.join('\n')).to.equal(6);
    await succession.everyCall(calls);
    await succession.everyMoment(milliseconds);
  });

  it('a file that a consumer is told of: it is whole, the consumer took it, and nothing lies beside it', async () => {
    const directory = join(place.directory, 'conf');
    const path = join(directory, 'app.conf');
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    const content = (edition: number): string => `edition ${edition}\n${'#'.repeat(200_000)}\n`;
    const mode = (edition: number): string => (edition % 2 === 0 ? '0640' : '0600');
    const consumer = place.container('reader', {
      command: ['sh', '-c', 'trap "head -n 1 /conf/app.conf > /conf/told" HUP; while :; do sleep 0.05; done'],
      volumes: [`${directory}:/conf`],
      dependsOn: ['File/conf'],
    });
    const file = (edition: number) =>
      manifest('File', 'conf', {
        path,
        content: content(edition),
        mode: mode(edition),
        onChange: [{ container: place.name('reader'), signal: 'SIGHUP' }],
      });
    succession = await Succession.open(place, {
      want: (edition) => place.desired.write('10.yaml', file(edition), consumer),
      expectEnd: async (edition) => {
        expect(readFileSync(path, 'utf8')).to.equal(content(edition));
        expect(statSync(path).mode & 0o7777).to.equal(parseInt(mode(edition), 8));
        expect(Object.keys(await place.containers())).to.deep.equal(['reader']);
        // The first edition is read at the start, untold.
        expect(readdirSync(directory).sort()).to.deep.equal(edition === 1 ? ['app.conf'] : ['app.conf', 'told']);
        if (edition > 1) expect(readFileSync(join(directory, 'told'), 'utf8')).to.equal(`edition ${edition}\n`);
      },
    });
    const { calls, milliseconds } = await succession.undisturbed();
    expect(calls.length, calls.join('\n')).to.equal(1);
    await succession.everyCall(calls);
    await succession.everyMoment(milliseconds);
    await succession.everyMoment(milliseconds / 4);
  });

  it('owner and mode of a file alone: they end as wanted, and nobody is told', async () => {
    const path = join(place.directory, 'app.conf');
    const mode = (edition: number): string => (edition % 2 === 0 ? '0640' : '0600');
    const told: string[] = [];
    succession = await Succession.open(place, {
      want: (edition) =>
        place.desired.write(
          '10.yaml',
          manifest('File', 'conf', {
            path,
            content: 'as ever\n',
            mode: mode(edition),
            owner: String(1000 + edition),
            onChange: [{ container: place.name('reader'), signal: 'SIGHUP' }],
          }),
          place.container('reader', { dependsOn: ['File/conf'] }),
        ),
      expectEnd: (edition) => {
        const { mode: found, uid } = statSync(path);
        expect([found & 0o7777, uid]).to.deep.equal([parseInt(mode(edition), 8), 1000 + edition]);
        expect(readdirSync(place.directory).filter((name) => name.includes('app.conf'))).to.deep.equal(['app.conf']);
        told.push(...(succession?.proxy.mutations.filter((call) => call.includes('/kill')) ?? []));
        return Promise.resolve();
      },
    });
    const { milliseconds } = await succession.undisturbed();
    await succession.everyMoment(milliseconds);
    expect(told).to.deep.equal([]);
  });
});
