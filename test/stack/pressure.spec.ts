import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun } from '../../scripts/support/run-command.ts';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { NOBODY } from '../support/mutual-tls.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { StackPlace } from '../support/stack-place.ts';

const DISK_MEGABYTES = 256;
const BALLAST = Buffer.alloc(40 * 1024 * 1024, 1);
const DAY = 86_400;
/** Days ago from which there are blocks, oldest first. The newest three are never given up. */
const BLOCK_DAYS = [10, 9, 8, 7, 6];
/** Loops that do not wait. */
const AT_ONCE = { raiseAfter: '1s', lowerAfter: '1s', dwell: '1s' };
/** Not back down while it lasts: a Prometheus that was just replaced needs little for a moment. */
const MEMORY = { ...AT_ONCE, lowerAfter: '10m', high: 0.4, low: 0.3, scrapeInterval: '3s', samples: 1000 };
const DISK = { ...AT_ONCE, warn: 0.3, critical: 0.2, emergency: 0.1, recovered: 0.4, shortRetention: '20d' };
const RELAXED = { ...MEMORY, ...AT_ONCE, high: 0.99, low: 0.98 };
/** The operator asks every 15 s; a level is checked by promtool before it goes live. */
const PATIENT = 4 * PATIENCE;

describe('a Prometheus under pressure', function () {
  this.timeout(240_000);
  let stack: StackPlace;
  let disk: SmallDisk;
  let operator: Operator;
  let key: string;
  let first: number;

  before(async function () {
    stack = await StackPlace.open(this, 'pressure');
    key = `Prometheus/${stack.name('prometheus')}`;
    const made = await SmallDisk.make(join(stack.place.directory, 'disk'), data(), DISK_MEGABYTES);
    if (typeof made === 'string') return skipBecause(this, made);
    disk = made;
    stack.place.undo.push(() => disk.remove());
    const { desired } = stack.place;
    desired.write('10-house.yaml', stack.authority());
    desired.write('20-prometheus.yaml', prometheus({ memory: RELAXED }));
    desired.write('30-flood.yaml', ...flood());
    operator = stack.start();
    await operator.until(async () => expect(await stack.up()).to.include({ prometheus: 1, flood: 1 }), PATIENT);
    [first = 0] = await stack.sampleTimes('up{job="prometheus"}');
  });

  after(() => stack?.close());

  function data(): string {
    return stack.directory('prometheus', 'data');
  }

  function prometheus(pressure: Readonly<Record<string, unknown>>): Manifest {
    return stack.member('Prometheus', 'prometheus', {
      scrapeInterval: '1s',
      scrapeTimeout: '1s',
      memoryLimit: '256m',
      limits: { samples: 100_000 },
      pressure: { memory: MEMORY, disk: DISK, ...pressure },
    });
  }

  /** Something that serves few series, or very many. */
  function flood(): Manifest[] {
    const serve = 'mkdir /tmp/www && cd /tmp/www && echo "flood 1" > metrics.txt && exec httpd -f -p 8000';
    return [
      manifest('Container', stack.name('flood'), {
        image: stack.place.image,
        command: ['sh', '-c', serve],
        tmpfs: ['/tmp'],
        networks: { [stack.name('monitoring')]: { aliases: ['flood.lab'] } },
        mem_limit: '32m',
        stop_grace_period: '0s',
      }),
      manifest('ScrapeTarget', 'flood', {
        host: 'flood.lab',
        container: stack.name('flood'),
        port: 8000,
        path: '/metrics.txt',
        insecure: 'busybox has no TLS',
        heavy: true,
        maxRestarts: 0,
      }),
    ];
  }

  function told(reason: string, text: RegExp): Promise<unknown> {
    return operator.until((status) => {
      const found = status.resources.find((resource) => resource.key === key)?.conditions ?? [];
      expect(
        found
          .filter((each) => each.status)
          .map((each) => `${each.reason}: ${each.message}`)
          .join('\n'),
      )
        .to.match(text)
        .and.contain(reason);
    }, PATIENT);
  }

  function well(): Promise<unknown> {
    return operator.until((status) => {
      expect(conditionOf(status, key, 'Degraded')?.message).to.equal(undefined);
      expect(conditionOf(status, key, 'Ready')).to.not.equal(undefined);
    }, PATIENT);
  }

  async function config(): Promise<string> {
    return (await stack.prometheus<{ yaml: string }>('/api/v1/status/config')).yaml;
  }

  it('scrapes less, takes fewer samples and answers smaller queries while a flood of series fills its memory', async () => {
    stack.place.desired.write('20-prometheus.yaml', prometheus({}));
    const lines = 'seq 1 40000 | sed "s/.*/flood{n=\\"&\\"} 1/" > /tmp/m && mv /tmp/m /tmp/www/metrics.txt';
    await stack.execute('flood', ['sh', '-c', lines]);
    await told('MemoryPressure', /memory level 3 \(memory at \d+ % of 256 MiB/);
    await operator.until(async () => {
      expect(await config())
        .to.contain('scrape_interval: 3s')
        .and.contain('sample_limit: 1000');
      expect((await stack.inspect('prometheus')).Config.Cmd).to.include('--query.max-samples=1000000');
      const flooding = (await stack.targets()).find(({ labels }) => labels['job'] === 'flood');
      expect(flooding?.lastError).to.match(/sample limit exceeded/);
    }, PATIENT);
    expect((await stack.inspect('prometheus')).State.OOMKilled).to.equal(false);
  });

  it('goes back to what is written when the pressure is over', async () => {
    await stack.execute('flood', ['sh', '-c', 'echo "flood 1" > /tmp/www/metrics.txt']);
    stack.place.desired.write('20-prometheus.yaml', prometheus({ memory: RELAXED }));
    await well();
    await operator.until(async () => {
      expect(await config()).to.contain('scrape_interval: 1s');
      expect(await stack.up()).to.include({ flood: 1 });
    }, PATIENT);
  });

  it('gives up snapshots, heavy targets and in the end its oldest blocks on a full disk, and goes on', async () => {
    const blocks = await makeBlocks();
    const snapshot = join(data(), 'snapshots/20260101T000000Z-0000000000000000');
    mkdirSync(snapshot, { recursive: true });
    disk.fill();
    expect(disk.free).to.equal(0);
    await told('DiskPressure', /disk level 4/);
    await operator.until(async () => {
      expect(existsSync(snapshot), 'snapshot').to.equal(false);
      expect((await stack.targets()).map(({ labels }) => labels['job'])).to.not.include('flood');
      expect(await stack.up()).to.include({ prometheus: 1 });
    }, PATIENT);
    const left = blocks.filter((block) => existsSync(join(data(), block)));
    expect(left).to.deep.equal(blocks.slice(2));
    expect(disk.free).to.be.greaterThan(0.2);
    expect((await stack.sampleTimes('up{job="prometheus"}'))[0]).to.be.closeTo(first, 0.001);
  });

  it('takes all of it back when there is room again', async () => {
    disk.relieve();
    await well();
    await operator.until(async () => expect(await stack.up()).to.include({ flood: 1 }), PATIENT);
    expect((await stack.sampleTimes('up{job="prometheus"}'))[0]).to.be.closeTo(first, 0.001);
  });

  it('is not started on an empty directory when its disk is not mounted', async () => {
    await disk.unmount();
    await stack.place.engine.removeContainer(stack.name('prometheus'), false);
    await operator.until((status) => {
      const found = conditionOf(status, `Directory/${stack.name('prometheus')}-data`, 'Stalled');
      expect(found?.reason).to.equal('SentinelMissing');
    }, PATIENT);
    expect(await stack.place.containers()).to.have.all.keys('flood');
    expect(readdirSync(data())).to.deep.equal([]);
    await disk.mount();
    await operator.until(async () => {
      expect(await stack.up()).to.include({ prometheus: 1 });
      expect((await stack.sampleTimes('up{job="prometheus"}'))[0]).to.be.closeTo(first, 0.001);
    }, PATIENT);
  });

  /** Blocks of samples from days ago, the oldest two of them large. Resolves to their names, oldest first. */
  async function makeBlocks(): Promise<string[]> {
    // Not on the small disk: what writes a block asks for room for a large one.
    const scratch = join(stack.place.directory, 'old');
    const blocks = join(scratch, 'blocks');
    mkdirSync(blocks, { recursive: true });
    chownSync(blocks, NOBODY, NOBODY);
    const now = Math.floor(Date.now() / 1000);
    const samples = BLOCK_DAYS.map((days) => `old 1 ${now - days * DAY}`).join('\n');
    writeFileSync(join(scratch, 'samples.txt'), `# TYPE old gauge\n${samples}\n# EOF\n`);
    const { outside, engine } = stack.place;
    const id = await outside.runContainer(stack.name('old'), {
      Image: stack.images.prometheus.reference,
      Entrypoint: ['promtool'],
      Cmd: ['tsdb', 'create-blocks-from', 'openmetrics', '/old/samples.txt', '/old/blocks'],
      User: `${NOBODY}`,
      HostConfig: { Binds: [`${scratch}:/old`] },
    });
    expect(await engine.waitContainer(id, PATIENCE), await engine.logs(id, 20)).to.equal(0);
    await engine.removeContainer(id, true);
    const begins = (block: string): number =>
      (JSON.parse(readFileSync(join(blocks, block, 'meta.json'), 'utf8')) as { minTime: number }).minTime;
    const made = readdirSync(blocks).sort((a, b) => begins(a) - begins(b));
    expect(made).to.have.length(BLOCK_DAYS.length);
    for (const block of made.slice(0, 2)) writeFileSync(join(blocks, block, 'ballast'), BALLAST);
    await mustRun(['cp', '-a', `${blocks}/.`, data()]);
    return made;
  }
});
