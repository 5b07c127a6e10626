import { AccessLog } from './access-log/access-log.ts';
import { createAccounts, type Accounts } from './accounts/accounts.ts';
import { AdGuard } from './adguard/adguard.ts';
import { CredentialFuse } from './adguard/credential-fuse.ts';
import { HttpClient } from './adguard/http-client.ts';
import { Session } from './adguard/session.ts';
import type { Clock } from './clock.ts';
import type { AdGuardConfig, Config } from './config/config.ts';
import { debugPage } from './debug.ts';
import type { Log } from './log.ts';
import { Progress } from './progress.ts';
import { RightOfWay, type GiveWay } from './right-of-way.ts';
import { repeat } from './repeat.ts';
import { describeItself } from './self-metrics.ts';
import { ExporterServer } from './server/server.ts';
import { StateFile, type ExporterState } from './state-file.ts';
import { compareWithFirewalld } from './zones/firewalld.ts';

export interface Exporter {
  readonly accounts: Accounts;
  /** Where it listens; undefined: not yet. */
  readonly address: string | undefined;
  /** Stops reading and serving, and keeps the state. */
  close(): Promise<void>;
}

const TLS_EVERY = 5000;
const STATE_EVERY = 5000;
const FIREWALLD_EVERY = 300_000;

/**
 * Reads AdGuard and the access log and serves what they add up to. Nothing that is away, broken or wrong ends it: each part
 * is tried again at its interval, and metrics, `/readyz` and the log say what is wrong.
 */
export async function startExporter(
  config: Config,
  { clock, log, version }: { clock: Clock; log: Log; version: string },
): Promise<Exporter> {
  const stateFile = new StateFile(config.stateFile);
  const saved = await stateFile.read((reason) => log('warn', 'the state file cannot be used', { reason }));
  const accounts = createAccounts(
    config,
    () => clock.now(),
    ({ client, pattern, score, names }, notTold) =>
      log('warn', `${client} looks like ${pattern}, a heuristic: see /debug/suspicious.json`, {
        score: Number(score.toFixed(2)),
        names,
        ...(notTold === 0 ? {} : { notTold }),
      }),
  );
  const progress = new Progress(clock);
  const way = new RightOfWay(clock);
  const { giveWay } = way;
  const fuse = new CredentialFuse(saved.fuse);
  const state = (): ExporterState => {
    const accessLogPosition = accessLog?.position;
    return {
      ...adguard?.state,
      ...(accessLogPosition === undefined ? {} : { accessLog: accessLogPosition }),
      fuse: fuse.state,
    };
  };
  const saveState = (): Promise<void> => stateFile.write(state());
  const closers: (() => Promise<void>)[] = [];

  const adguard =
    config.adguard === undefined
      ? undefined
      : openAdGuard(config.adguard, { accounts, clock, fuse, saved, saveState, giveWay, closers });
  const accessLog =
    config.accessLog === undefined
      ? undefined
      : new AccessLog(config.accessLog, {
          account: accounts.http,
          store: accounts.store,
          clock,
          giveWay,
          ...(saved.accessLog === undefined ? {} : { saved: saved.accessLog }),
        });

  const server = new ExporterServer(
    config.listen,
    {
      metrics: () => accounts.store.render(),
      live: () => progress.live(),
      ready: () => progress.ready(),
      debug: (name) => debugPage(name, accounts, () => ({ version, parts: progress.status() })),
    },
    way,
  );
  describeItself(accounts.store, { version, refusedTlsFiles: () => server.refusedFiles });

  const loops: (() => Promise<void>)[] = [];
  const part = (name: string, every: number, act: () => Promise<void>, required: boolean = true): void => {
    progress.expect(name, required);
    const run = async (): Promise<void> => {
      await act();
      progress.succeeded(name);
    };
    loops.push(
      repeat(clock, every, run, (error) => {
        const reason = error instanceof Error ? error.message : String(error);
        progress.failed(name, reason);
        log('warn', `${name}: ${reason}`);
      }),
    );
  };

  part('server', TLS_EVERY, () => server.refresh());
  if (adguard !== undefined && config.adguard !== undefined) {
    const { pollSeconds, statisticsSeconds, namesSeconds } = config.adguard;
    // Names first: whether addresses are cut decides how the log is counted.
    part('adguard names', namesSeconds * 1000, () => adguard.pollNames(), false);
    part('adguard query log', pollSeconds * 1000, () => adguard.pollQueryLog());
    part('adguard statistics', statisticsSeconds * 1000, () => adguard.pollStatistics());
  }
  if (accessLog !== undefined && config.accessLog !== undefined)
    part('access log', config.accessLog.pollMilliseconds, () => accessLog.poll());
  if (config.firewalldZones !== undefined) {
    const directory = config.firewalldZones;
    const differences = accounts.store.family({
      name: 'homelab_zone_firewalld_differences',
      help: "Subnets in which a zone differs from firewalld's zone of the same name: missing there, or extra there.",
      type: 'gauge',
      labels: ['zone', 'kind'],
      cap: 64,
    });
    const compare = async (): Promise<void> => {
      const found = await compareWithFirewalld(config.zones, directory);
      differences.replace(
        found.flatMap(({ zone, missing, extra }): [string[], number][] => [
          [[zone, 'missing'], missing],
          [[zone, 'extra'], extra],
        ]),
      );
    };
    part('firewalld zones', FIREWALLD_EVERY, compare, false);
  }
  if (config.stateFile !== undefined) part('state file', STATE_EVERY, saveState, false);

  return {
    accounts,
    get address() {
      return server.address;
    },
    async close() {
      await Promise.all(loops.map((stop) => stop()));
      await server.close();
      await saveState().catch((error: unknown) => log('warn', `state file: ${String(error)}`));
      await adguard?.close();
      await accessLog?.close();
      for (const close of closers) await close();
    },
  };
}

function openAdGuard(
  config: AdGuardConfig,
  parts: {
    accounts: Accounts;
    clock: Clock;
    fuse: CredentialFuse;
    saved: ExporterState;
    saveState: () => Promise<void>;
    giveWay: GiveWay;
    closers: (() => Promise<void>)[];
  },
): AdGuard {
  const { accounts, clock, fuse, saved, saveState, giveWay } = parts;
  const client = new HttpClient(config.url, config.timeoutSeconds * 1000, config.tls);
  parts.closers.push(async () => client.close());
  // A state that cannot be kept must not keep us from reading.
  const onFuse = (): Promise<void> => saveState().catch(() => undefined);
  const session = new Session(config, { client, fuse, clock, onFuse });
  return new AdGuard(config, { session, accounts, clock, fuse, saved, giveWay });
}
