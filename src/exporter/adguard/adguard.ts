import type { Accounts } from '../accounts/accounts.ts';
import { upstreamHost } from '../accounts/upstream-host.ts';
import type { Clock } from '../clock.ts';
import type { AdGuardConfig } from '../config/config.ts';
import type { TailPosition } from '../log-file/tail.ts';
import { adguardFamilies, type AdGuardFamilies } from './adguard-families.ts';
import { clientsOf, filterListsOf, leasesOf, servicesOf, statisticsOf } from './api-shapes.ts';
import type { CredentialFuse } from './credential-fuse.ts';
import { fieldsOf, listOf, numberOf, textOf } from './json-shape.ts';
import type { GiveWay } from '../right-of-way.ts';
import { QueryLogFile } from './query-log-file.ts';
import { QueryLog, type QueryLogPage, type QueryLogState, type PageRequest } from './query-log.ts';
import { ApiError, type ApiAnswer, type Session } from './session.ts';

const SERVICES_EVERY = 24 * 3_600_000;

/** Where the query log was read to; which of both is there depends on the configuration. */
export interface AdGuardState {
  readonly queryLog?: QueryLogState;
  readonly queryLogFile?: TailPosition;
}

/** AdGuard: its query log into the accounts, its statistics and names into gauges. */
export class AdGuard {
  readonly #config: AdGuardConfig;
  readonly #session: Session;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #fuse: CredentialFuse;
  readonly #families: AdGuardFamilies;
  readonly #api: QueryLog | undefined;
  readonly #file: QueryLogFile | undefined;
  #servicesAt: number | undefined;

  constructor(
    config: AdGuardConfig,
    options: {
      session: Session;
      accounts: Accounts;
      clock: Clock;
      fuse: CredentialFuse;
      saved: AdGuardState;
      giveWay: GiveWay;
    },
  ) {
    const { accounts, clock, saved, giveWay } = options;
    this.#config = config;
    this.#session = options.session;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#fuse = options.fuse;
    this.#families = adguardFamilies(accounts.store);
    this.#families.up.set([], 0);
    if (config.queryLog === 'file')
      this.#file = new QueryLogFile(config.queryLogFile ?? '', saved.queryLogFile, giveWay);
    else
      this.#api = new QueryLog({
        pageSize: config.pageSize,
        pagesAPoll: config.pagesAPoll,
        pollSeconds: config.pollSeconds,
        fetch: (request) => this.#fetchPage(request),
        onEvent: (event) => accounts.dns.record(event, clock.now()),
        giveWay,
        ...(saved.queryLog === undefined ? {} : { saved: saved.queryLog }),
      });
    accounts.store.beforeRender(() => this.#tell());
  }

  get state(): AdGuardState {
    const queryLog = this.#api?.state;
    const queryLogFile = this.#file?.position;
    return { ...(queryLog === undefined ? {} : { queryLog }), ...(queryLogFile === undefined ? {} : { queryLogFile }) };
  }

  /** Reads what is new in the query log. Rejects with ApiError, or the system's error in file mode. */
  async pollQueryLog(): Promise<void> {
    await this.#api?.poll();
    if (this.#file === undefined) return;
    const now = this.#clock.now();
    const found = await this.#file.poll((event) => this.#accounts.dns.record(event, now));
    if (!found) throw new Error(`there is no ${this.#config.queryLogFile}`);
  }

  /** Asks for status and statistics. Rejects with ApiError; what was told before is then taken back. */
  async pollStatistics(): Promise<void> {
    const { up, info, protection, started, windowSeconds } = this.#families;
    try {
      const status = fieldsOf(await this.#ask('status')) ?? {};
      up.set([], 1);
      info.replace([[[textOf(status['version'])], 1]]);
      protection.set([], status['protection_enabled'] === true ? 1 : 0);
      const start = numberOf(status['start_time']);
      started.replace(start === undefined ? [] : [[[], start / 1000]]);
    } catch (error) {
      up.set([], 0);
      for (const family of [info, protection, started]) family.clear();
      this.#takeBackStatistics();
      throw error;
    }
    try {
      this.#tellStatistics(await this.#ask('stats'));
      const interval = numberOf(fieldsOf(await this.#ask('stats/config'))?.['interval']);
      windowSeconds.replace(interval === undefined ? [] : [[[], interval / 1000]]);
    } catch (error) {
      this.#takeBackStatistics();
      throw error;
    }
  }

  /** Asks for names and for what decides how the log is to be read. Rejects with ApiError. */
  async pollNames(): Promise<void> {
    const { names, clients } = this.#accounts;
    const config = fieldsOf(await this.#ask('querylog/config')) ?? {};
    clients.anonymized = config['anonymize_client_ip'] === true;
    const { named, auto } = clientsOf(await this.#ask('clients'));
    // A server without DHCP, or a proxy that does not let the call through, is no reason to know no names.
    const leases = await this.#ask('dhcp/status').then(leasesOf, () => new Map<string, string>());
    names.setClients(named, auto, leases);
    names.setLists(filterListsOf(await this.#ask('filtering/status')));
    const now = this.#clock.now();
    if (this.#servicesAt !== undefined && Math.abs(now - this.#servicesAt) < SERVICES_EVERY) return;
    names.setServices(servicesOf(await this.#ask('blocked_services/all')));
    this.#servicesAt = now;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #fetchPage({ limit, olderThan }: PageRequest): Promise<QueryLogPage> {
    const parameters = new URLSearchParams({ limit: String(limit) });
    if (olderThan !== undefined) parameters.set('older_than', olderThan);
    const { value, serverTime } = await this.#call('querylog', `querylog?${parameters.toString()}`);
    const items = fieldsOf(value)?.['data'];
    if (items !== null && !Array.isArray(items)) {
      this.#families.requests.add(['querylog', 'malformed']);
      throw new ApiError('malformed', 'GET /control/querylog: the answer has no list of entries');
    }
    return { items: listOf(items), serverTime };
  }

  async #ask(endpoint: string): Promise<unknown> {
    return (await this.#call(endpoint, endpoint)).value;
  }

  async #call(endpoint: string, path: string): Promise<ApiAnswer> {
    let code = 'error';
    try {
      const answer = await this.#session.get(path);
      code = '200';
      return answer;
    } catch (error) {
      if (error instanceof ApiError) code = error.code;
      throw error;
    } finally {
      this.#families.requests.add([endpoint, code]);
    }
  }

  #takeBackStatistics(): void {
    const { windowQueries, windowSeconds, averageSeconds, upstreamSeconds, upstreamResponses } = this.#families;
    for (const family of [windowQueries, windowSeconds, averageSeconds, upstreamSeconds, upstreamResponses])
      family.clear();
  }

  #tellStatistics(value: unknown): void {
    const statistics = statisticsOf(value);
    const { windowQueries, averageSeconds, upstreamSeconds, upstreamResponses } = this.#families;
    const byHost = (pairs: readonly (readonly [string, number])[]): (readonly [string[], number])[] =>
      pairs.map(([upstream, number]) => [[upstreamHost(upstream)], number]);
    windowQueries.replace(statistics.queries.map(([kind, count]) => [[kind], count]));
    const average = statistics.averageSeconds;
    averageSeconds.replace(average === undefined ? [] : [[[], average]]);
    upstreamSeconds.replace(byHost(statistics.upstreamSeconds));
    upstreamResponses.replace(byHost(statistics.upstreamResponses));
  }

  #tell(): void {
    const { locked, anonymized, suspect, read, skipped, gaps, lag } = this.#families;
    locked.set([], this.#fuse.blown ? 1 : 0);
    anonymized.set([], this.#accounts.clients.anonymized ? 1 : 0);
    suspect.set([], this.#accounts.gateways.suspect ? 1 : 0);
    const newest = this.#api?.newest ?? this.#file?.newest;
    lag.replace(newest === undefined ? [] : [[[], Math.max(0, this.#clock.now() / 1000 - Number(newest) / 1e9)]]);
    if (this.#api !== undefined) {
      const { counts } = this.#api;
      read.set([], counts.read);
      skipped.set(['malformed'], counts.malformed);
      skipped.set(['repeated'], counts.repeated);
      for (const [reason, count] of counts.gaps) gaps.set([reason], count);
    }
    if (this.#file !== undefined) {
      const { counts } = this.#file;
      read.set([], counts.read);
      skipped.set(['malformed'], counts.malformed);
      skipped.set(['oversized'], counts.oversized);
      gaps.set(['rotated_away'], counts.gaps);
    }
  }
}
