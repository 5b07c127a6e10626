import { lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, createServer, type Server } from 'node:tls';
import { dialConsumers } from '../src/cli/dial-consumers.ts';
import { reservedPlaces } from '../src/cli/reserved-places.ts';
import { loadDesiredState } from '../src/desired/load.ts';
import { createDockerReader } from '../src/engine/docker.ts';
import { readGates } from '../src/gates/read.ts';
import type { Key } from '../src/model/key.ts';
import type { PlanningInput } from '../src/model/planning-input.ts';
import { CertificateObserver } from '../src/observe/certificates.ts';
import { Observer } from '../src/observe/observer.ts';
import { buildPlan } from '../src/plan/build-plan.ts';
import { certificateStatuses } from '../src/plan/certificate/report.ts';
import { servedTargets } from '../src/plan/certificate/served-targets.ts';
import { PlanCache } from '../src/plan/plan-cache.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { loadMemory } from '../src/runtime/memory-file.ts';
import { manifest } from '../test/support/desired-directory.ts';
import { InProcess } from './support/in-process.ts';
import { RawEngine } from './support/raw-engine.ts';
import type { Part } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import { Timings } from './support/timings.ts';
import type { World } from './support/world.ts';

const COUNT = 200;
const WARM_UP = 10;
const GOAL_MILLISECONDS = 50;
const FLOOR = `${COUNT} x 7 lstat (floor)`;
const LOOK = 'look at all files';
const PLAN = 'plan';
const STATUSES = 'statuses';
const TARGETS = 'what is to be dialled';
const ENGINE = 'GET /containers/json';
const PASS = 'whole pass in the operator';
const CHECK = [LOOK, PLAN, STATUSES, TARGETS];

/** (f) A no-op pass over 200 certificates of one authority, each with a consumer that is dialled. */
export async function benchCertificates(world: World, rounds: number): Promise<Part> {
  const live = join(world.directory, 'pki', 'live');
  const server = await serveLive(live);
  const raw = new RawEngine(world.host);
  let operator: InProcess | undefined;
  try {
    declare(world, (server.address() as { port: number }).port);
    operator = await InProcess.open(world);
    await operator.converge();
    const timings = new Timings();
    const parts = await openParts(world);
    const files = filesOf(live, join(world.directory, 'pki', 'certs'));
    for (let round = -WARM_UP; round < rounds; round++) {
      const into = round < 0 ? new Timings() : timings;
      await into.take(FLOOR, () => files.forEach((path) => lstatSync(path, { throwIfNoEntry: false })));
      await parts(into);
      await into.take(ENGINE, () => raw.get('/containers/json?all=1'));
      const { wall, cpu } = await operator.pass(false);
      into.of(PASS).wall.push(wall);
      into.of(PASS).cpu.push(cpu);
    }
    return report(timings, rounds);
  } finally {
    await operator?.operator.close();
    raw.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

function declare(world: World, port: number): void {
  const pkiDirectory = join(world.directory, 'pki');
  mkdirSync(pkiDirectory);
  world.declare('00-bastion.yaml', manifest('Bastion', world.name, { allowedRoots: [world.directory], pkiDirectory }));
  world.want(0);
  world.declare('30-authority.yaml', manifest('CertificateAuthority', 'root', { create: true }));
  const names = Array.from({ length: COUNT }, (_, index) => `svc${index + 1}`);
  const spec = (name: string): Record<string, unknown> => ({
    issuer: 'root',
    dnsNames: [`${name}.lab`],
    consumers: [{ served: { address: '127.0.0.1', port, serverName: `${name}.lab` } }],
  });
  for (const name of names) world.declare(`40-${name}.yaml`, manifest('Certificate', name, spec(name)));
}

/** Serves for `svc1.lab` what lies live below `svc1`, read for every handshake. */
async function serveLive(live: string): Promise<Server> {
  const read = (name: string, file: string): Buffer => readFileSync(join(live, name.replace(/\.lab$/, ''), file));
  const server = createServer({
    SNICallback(name, done) {
      try {
        done(null, createSecureContext({ cert: read(name, 'tls.crt'), key: read(name, 'tls.key') }));
      } catch (error) {
        done(error as Error);
      }
    },
  });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).resume());
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What a look asks the file system for, all of it. */
function filesOf(live: string, certs: string): readonly string[] {
  return readdirSync(live).flatMap((name) => {
    const directory = join(live, name);
    const version = readdirSync(directory).find((entry) => /^\.\.\d/.test(entry));
    if (version === undefined) throw new Error(`${directory} holds no version`);
    const below = ['', 'tls.crt', 'tls.key', 'ca.crt'].map((file) => join(directory, version, file));
    return [directory, join(directory, '..data'), ...below, join(certs, `${name}.signed.crt`)];
  });
}

/** The parts of a pass that certificates need, as the operator calls them. */
async function openParts(world: World): Promise<(timings: Timings) => Promise<void>> {
  const { desiredDirectory, gatesDirectory, holdDirectory, stateDirectory } = world.settings;
  const desired = await loadDesiredState({
    directory: desiredDirectory,
    root: '',
    reserved: reservedPlaces(world.settings),
    waivable: [],
  });
  const gates = await readGates({ directory: gatesDirectory, holdDirectory, desiredDirectory, strict: false });
  const { memory } = await loadMemory(stateDirectory);
  const reader = createDockerReader({ host: world.host });
  const { observed } = await new Observer(reader).observe(desired, { full: true });
  const now = systemClock.now();
  const seen: PlanningInput = { desired, observed, gates, memory, busy: new Set<Key>(), now };
  const served = await dialConsumers(servedTargets(seen), reader, systemClock);
  reader.close();
  const observer = new CertificateObserver();
  const cache = new PlanCache();
  return async (timings) => {
    const { authorities, pairs } = await timings.take(LOOK, () => observer.observe(desired));
    const input = { ...seen, observed: { ...observed, authorities, pairs, served }, now: systemClock.now() };
    const plan = await timings.take(PLAN, () => buildPlan(input, cache));
    if (plan.steps.length > 0) throw new Error(`not a no-op: ${plan.steps[0]?.op ?? ''}`);
    const statuses = await timings.take(STATUSES, () => certificateStatuses(input, plan));
    const targets = await timings.take(TARGETS, () => servedTargets(input));
    if (statuses.length !== COUNT + 1 || targets.length !== COUNT) throw new Error('certificates are missing');
  };
}

function report(timings: Timings, rounds: number): Part {
  const floor = timings.of(FLOOR);
  const sum = (member: 'wall' | 'cpu'): number[] =>
    floor.wall.map((_, round) => CHECK.reduce((total, name) => total + (timings.of(name)[member][round] ?? 0), 0));
  const check = { wall: sum('wall'), cpu: sum('cpu') };
  const row = (name: string, { wall, cpu } = timings.of(name)): string[] => [
    name,
    ...[median(wall), percentile(wall, 0.95)].map(shown),
    ratio(median(wall), median(floor.wall)),
    shown(median(cpu)),
    ratio(median(cpu), median(floor.cpu)),
  ];
  const measured = median(check.cpu);
  return {
    tables: [
      {
        title: `(f) A no-op pass over ${COUNT} certificates`,
        columns: ['what', 'median ms', 'p95 ms', 'of floor', 'CPU ms', 'of floor'],
        rows: [
          row(FLOOR),
          ...CHECK.map((name) => row(name)),
          row('the check: these four', check),
          row(ENGINE),
          row(PASS),
        ],
        notes: [
          `One authority, ${COUNT} certificates, each with a consumer on this host that was dialled; no containers of the operator's. ${rounds} rounds in turns in one process, CPU is of all its threads.`,
          'Floor: `lstatSync` of directory, live link, version, certificate, key, trust and signed file of each certificate, the same that a look asks for. `whole pass` also asks the engine (`GET` is that call alone), looks at the stable names (two symlinks each) and publishes all statuses.',
        ],
      },
    ],
    verdicts: [
      {
        goal: `(f) no-op check of ${COUNT} certificates < ${GOAL_MILLISECONDS} ms of CPU`,
        measured: `${measured.toFixed(1)} ms, whole pass ${median(timings.of(PASS).cpu).toFixed(1)} ms`,
        reached: measured < GOAL_MILLISECONDS,
      },
    ],
  };
}
