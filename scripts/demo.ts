/**
 * `npm run demo`: sets everything up and runs the operator on demo/desired-state, on a real engine.
 * `npm run demo -- --down`: removes all that the demo made, `--help` says more. It never touches a gate: that is for the human.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { ensureImages, type ImageAvailability } from '../test/images/ensure-images.ts';
import { ensureEngine, privateEngineDirectory } from './engine.ts';
import { endProcess } from './support/daemon-process.ts';
import { demoArguments } from './support/demo-arguments.ts';
import { demoDocker } from './support/demo-docker.ts';
import { demoEnding, farewell } from './support/demo-ending.ts';
import { DEMO_HELP } from './support/demo-help.ts';
import { DEMO_DIRECTORY, readDemoRecord, writeDemoRecord, type DemoRecord } from './support/demo-record.ts';
import { removeDemoObjects, removeImages } from './support/demo-stack.ts';
import { DemoTraffic } from './support/demo-traffic.ts';
import { engineAnswers } from './support/engine-http.ts';
import { stopPrivateEngine } from './support/private-engine.ts';
import { mustRun } from './support/run-command.ts';

/** As demo/desired-state has them. */
const [WEB_PORT, STATUS_PORT, DOMAIN] = [18_443, 9479, 'demo.lab'];
const IMAGES = ['busybox', 'traefik', 'prometheus', 'node-exporter', 'adguard-exporter'] as const;
const desired = join(DEMO_DIRECTORY, 'desired-state');
/** Live files of the certificate with which a visitor comes to Traefik. */
const visitor = join(DEMO_DIRECTORY, 'root/etc/pki/homelab/live/visitor');
const say = (line: string): void => console.log(`demo: ${line}`);

try {
  const asked = demoArguments(process.argv.slice(2), process.env);
  for (const name of asked.takenByNpm)
    say(`npm took --${name} for its own: npm run demo -- --${name} is what reaches the demo`);
  if (asked.help) process.stdout.write(DEMO_HELP);
  else process.exitCode = asked.down ? await down() : await up();
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  if (isUsage) console.error('See: npm run demo -- --help');
  process.exitCode = isUsage ? 64 : 1;
}

async function up(): Promise<number> {
  say('building the operator');
  await mustRun([process.execPath, '--import', 'tsx', 'scripts/build.ts']);
  const earlier = readDemoRecord();
  await stopOperator(earlier, 'up');
  if (earlier !== undefined && !earlier.privateEngine && !(await engineAnswers(earlier.host))) {
    throw new Error(
      `The demo runs on the engine at ${earlier.host}, which does not answer. Start it, or: npm run demo -- --down`,
    );
  }
  const engine =
    earlier !== undefined && (await engineAnswers(earlier.host))
      ? { host: earlier.host, private: earlier.privateEngine }
      : await ensureEngine('demo', say);
  say(`engine at ${engine.host}${engine.private ? ', a private one' : ', which was running already'}`);
  await mkdir(DEMO_DIRECTORY, { recursive: true });
  const images = await ensureImages(engine.host, IMAGES, say);
  const added = Object.values(images)
    .filter((image) => image.added)
    .map((image) => image.reference);
  const record = {
    host: engine.host,
    privateEngine: engine.private,
    images: [...new Set([...(earlier?.images ?? []), ...added])],
  };
  await writeDemoRecord(record);
  const port = await prepare(images);
  const listen = `127.0.0.1:${(await isFree(STATUS_PORT)) ? STATUS_PORT : await freePort()}`;
  introduce(engine.host, port, listen);
  const traffic = new DemoTraffic(port, `app.${DOMAIN}`, visitor);
  traffic.start();
  let operator: number | undefined;
  const code = await runOperator(engine.host, listen, (pid) => {
    operator = pid;
    return writeDemoRecord({ ...record, operator });
  }).finally(() => traffic.stop());
  const ending = demoEnding(readDemoRecord(), operator);
  if (ending === 'left') await writeDemoRecord(record);
  console.log(farewell(ending, record));
  return code;
}

/** Lays out the scratch directory. What is there from an earlier run is kept, edits included. Resolves to Traefik's port. */
async function prepare(images: Readonly<Record<string, ImageAvailability>>): Promise<number> {
  const traefik = join(desired, '20-traefik.yaml');
  if (!existsSync(desired)) {
    await cp('demo/desired-state', desired, { recursive: true });
    if (!(await isFree(WEB_PORT))) {
      const port = await freePort();
      await writeFile(
        traefik,
        (await readFile(traefik, 'utf8')).replace(`websecure: ${WEB_PORT}`, `websecure: ${port}`),
      );
      say(`port ${WEB_PORT} is taken: Traefik gets ${port}`);
    }
  }
  for (const directory of ['gates', 'hold', 'state', 'root/etc', 'root/opt']) {
    await mkdir(join(DEMO_DIRECTORY, directory), { recursive: true });
  }
  const file = join(desired, '00-bastion.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  const overrides = Object.fromEntries(
    Object.values(images)
      .filter((image) => image.reference !== image.upstream && image.upstream.includes(':'))
      .map((image) => [image.upstream, image.reference]),
  );
  document.setIn(['spec', 'images'], parseDocument(JSON.stringify(overrides)).contents);
  await writeFile(file, document.toString());
  return Number(/websecure: (\d+)/.exec(await readFile(traefik, 'utf8'))?.[1] ?? WEB_PORT);
}

function introduce(host: string, port: number, listen: string): void {
  const docker = demoDocker(host, process.env['DOCKER_HOST']);
  const curl = (name: string, path: string): string =>
    `curl --cacert $V/ca.crt --cert $V/tls.crt --key $V/tls.key --resolve ${name}.${DOMAIN}:${port}:127.0.0.1 \\
      'https://${name}.${DOMAIN}:${port}${path}'`;
  console.log(`
  The operator runs now, and stops at every gate until you open it with the command that it prints.
  Use a second terminal for that. A visitor with a certificate asks the application twice a second; so can you:

    V=${visitor}
    ${curl('app', '/')}
    ${curl('prometheus', '/api/v1/query?query=up')}

  Without --cert and --key nobody answers. To look at all of it: http://${listen}/ in a browser, or

    bin/bastion status --state ${join(DEMO_DIRECTORY, 'state')} --desired-state ${desired} --gates ${join(DEMO_DIRECTORY, 'gates')}

  Where the operator names a command that begins with bastion, that is bin/bastion here, unless you have installed it.

  Once it says converged, try to break something:

    ${docker} ps
    ${docker} rm -f demo-prometheus
    ${docker} update --memory 300m --memory-swap 600m demo-prometheus
    $EDITOR ${join(desired, '30-prometheus.yaml')}   # another retention, or a mistake

  Ctrl-C ends the operator; what it made keeps running. npm run demo -- --down removes everything.
`);
}

async function runOperator(host: string, listen: string, started: (pid: number) => Promise<void>): Promise<number> {
  const places = [
    ...['--desired-state', desired],
    ...['--gates', join(DEMO_DIRECTORY, 'gates')],
    ...['--state', join(DEMO_DIRECTORY, 'state')],
    ...['--root', join(DEMO_DIRECTORY, 'root')],
  ];
  const child = spawn('bin/bastion', ['run', ...places, '--docker', host, '--listen', listen, '--log', 'text'], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches the operator by itself, since it is in the same group; this process waits for its end.
  const ignore = (): void => undefined;
  const forward = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
    if (child.pid !== undefined) await started(child.pid);
    return await ended;
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
  }
}

async function down(): Promise<number> {
  const record = readDemoRecord();
  await stopOperator(record, 'down');
  let code = 0;
  if (record !== undefined && (await engineAnswers(record.host))) {
    await removeDemoObjects(record.host, say);
    if (!record.privateEngine) await removeImages(record.host, record.images, say);
  } else if (record !== undefined && !record.privateEngine) {
    say(`the engine at ${record.host} does not answer: start it and repeat, to remove what the demo made on it`);
    return 1;
  }
  const directory = privateEngineDirectory('demo');
  if (existsSync(directory)) {
    await stopPrivateEngine(directory).catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      code = 1;
    });
    say('stopped the private engine');
  }
  await rm(DEMO_DIRECTORY, { recursive: true, force: true });
  say('nothing of the demo is left; packages that it installed (docker.io, node_modules) stay');
  return code;
}

/** Ends an operator that an earlier demo left, or that runs in another terminal. */
async function stopOperator(record: DemoRecord | undefined, endedBy: 'down' | 'up'): Promise<void> {
  const pid = record?.operator;
  if (record === undefined || pid === undefined) return;
  // It says why it ends in its own terminal.
  await writeDemoRecord({ ...record, endedBy });
  await endProcess(pid, (line) => line.includes(desired) && line.includes('run'), 30_000);
}

/** A port that nobody has at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
