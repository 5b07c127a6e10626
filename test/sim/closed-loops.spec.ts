import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { levelOf, type Levels } from '../../src/model/levels.ts';
import type { ObservedTarget } from '../../src/model/observed-services.ts';
import type { Resource } from '../../src/model/resource.ts';
import { addReading } from '../../src/plan/pressure/add-reading.ts';
import type { LookAtService } from '../../src/runtime/service-checks.ts';
import { container, file, resource } from '../support/planning.ts';
import {
  diskPressure,
  memoryPressure,
  observedPrometheus,
  observedTarget,
  prometheusAnswer,
  prometheusSpec,
  targetSpec,
} from '../support/stack-services.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { House } from './house.ts';

const SECOND = 1000;

describe('closed loops around services', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory('loops');
  let house: House;
  let ratio: number;
  let isOn: boolean;
  let target: Partial<ObservedTarget>;

  const config = (): string => join(directory(), 'prometheus.yml');
  /** A Prometheus whose configuration follows its memory level, and an application that it scrapes. */
  const render = (levels: Levels): Resource[] => {
    const level = levelOf(levels, 'Prometheus/prometheus', 'memory');
    const content = `scrape_interval: ${level === 0 ? 30 : 60}s\n`;
    const digest = createHash('sha256').update(content).digest('hex');
    const times = { raiseAfter: 15 * SECOND, lowerAfter: 20 * SECOND, dwell: 30 * SECOND, isEnabled: isOn };
    const service = prometheusSpec({
      at: { address: '127.0.0.1', port: 1, serverName: 'prometheus.lab', authority: 'lab' },
      memoryPressure: { ...memoryPressure, ...times },
      diskPressure,
      targets: [targetSpec('app', { container: 'app', maxRestarts: 2 })],
    });
    const written = file('config', { path: config(), content, digest });
    const app = container('app');
    return [
      written,
      app,
      resource('Prometheus', 'prometheus', { parts: [written.key], service }, [written.key]),
      resource('ScrapeTarget', 'app', { parts: [app.key] }, [app.key]),
    ];
  };
  const lookAtService: LookAtService = (_wanted, previous) => {
    const now = house.clock.now();
    const before = previous?.type === 'prometheus' ? previous.memoryReadings : [];
    const answer = prometheusAnswer({ targets: [observedTarget('app', { since: 0, lastScrape: now, ...target })] });
    const memoryReadings = addReading(before, { at: now, ratio }, 600 * SECOND);
    return Promise.resolve(observedPrometheus({ at: now, answer, answeredAt: now, memoryReadings }));
  };
  const text = (): string => (existsSync(config()) ? readFileSync(config(), 'utf8') : '');
  const ran = (): string[] =>
    house.traces.flatMap((event) => (event.type === 'step-finished' ? `${event.step.op} ${event.step.target}` : []));
  const levels = (): string[] =>
    (house.controller.snapshot().levels ?? []).map(({ key, loop, level }) => `${key} ${loop} ${level}`);
  const isSettled = (): boolean => house.result() === 'converged' && text() === 'scrape_interval: 30s\n';

  beforeEach(async () => {
    ratio = 0.3;
    isOn = true;
    target = {};
    mkdirSync(join(directory(), 'state'));
    house = await House.open({ stateDirectory: join(directory(), 'state'), render, lookAtService });
  });
  afterEach(() => house.controller.stop());

  it('render anew when a level changes, and back again', async () => {
    await house.until(isSettled);
    ratio = 0.95;
    await house.until(() => text() === 'scrape_interval: 60s\n' && ran().at(-1) === 'WriteFile File/config');
    expect(levels()).to.deep.equal(['Prometheus/prometheus memory 1']);
    expect(ran().slice(-2)).to.deep.equal(['RecordLevel Prometheus/prometheus', 'WriteFile File/config']);
    ratio = 0.5;
    await house.until(() => isSettled() && levels().length === 0);
    expect(ran().filter((step) => step.startsWith('RecordLevel'))).to.have.length(2);
  });

  it('survive the operator: its successor renders what was recorded from the first pass on', async () => {
    await house.until(isSettled);
    ratio = 0.95;
    await house.until(() => text() === 'scrape_interval: 60s\n');
    await house.controller.stop();
    const before = ran().length;
    ratio = 0.8;
    await house.restart();
    await house.until(() => levels().length === 1 && house.result() !== 'progressing');
    await house.elapse(60 * SECOND);
    expect(ran().slice(before)).to.deep.equal([]);
    expect(text()).to.equal('scrape_interval: 60s\n');
  });

  it('do nothing once they are switched off, and go back to what is written', async () => {
    await house.until(isSettled);
    ratio = 0.95;
    await house.until(() => text() === 'scrape_interval: 60s\n');
    isOn = false;
    house.want([]);
    await house.until(() => isSettled() && levels().length === 0);
    const before = ran().length;
    await house.elapse(60 * SECOND);
    expect(ran().slice(before)).to.deep.equal([]);
  });

  it('restart what is not scraped, as often as allowed, and then let it be', async () => {
    await house.until(isSettled);
    target = { health: 'down', since: house.clock.now(), lastError: 'connect: connection refused' };
    const restarts = (): number => ran().filter((step) => step === 'RestartContainer ScrapeTarget/app').length;
    await house.until(() => restarts() === 2);
    const kinds = ran().filter((step) => step.endsWith(' ScrapeTarget/app'));
    expect(kinds).to.deep.equal([
      'RecordRemediation ScrapeTarget/app',
      'RestartContainer ScrapeTarget/app',
      'RecordRemediation ScrapeTarget/app',
      'RestartContainer ScrapeTarget/app',
    ]);
    await house.elapse(300 * SECOND);
    expect(restarts()).to.equal(2);
    const [condition] = house.controller
      .snapshot()
      .resources.filter(({ key }) => key === 'ScrapeTarget/app')
      .flatMap(({ conditions }) => conditions.filter(({ type, status }) => type === 'Degraded' && status));
    expect(condition?.reason).to.equal('ScrapeFailing');
    expect(condition?.message).to.contain('restarted 2 times in vain');
  });
});
