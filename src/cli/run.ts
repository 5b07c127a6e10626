import { join } from 'node:path';
import { monitoringPlace } from '../desired/monitoring-place.ts';
import { keyOf } from '../model/key.ts';
import type { DesiredState } from '../model/resource.ts';
import { MountWatch } from '../observe/mounts/mount-watch.ts';
import { systemClock } from '../runtime/clock.ts';
import { DEFAULT_CHECK_SCHEDULE } from '../runtime/late-schedule.ts';
import { readHistory } from '../status/history.ts';
import { Liveness } from '../status/liveness.ts';
import { wantsJsonLogs } from '../status/log-format.ts';
import { Metrics } from '../status/metrics.ts';
import type { StatusSource } from '../status/request-handler.ts';
import { createStatusServer, type StatusServer } from '../status/server.ts';
import { inheritedSocket } from '../status/systemd/inherited-socket.ts';
import type { ServerNews, TlsServerOptions } from '../status/tls-server.ts';
import { chooseLog } from './choose-log.ts';
import type { Command } from './command.ts';
import { controlSocket } from './control-client.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { followSystemd } from './follow-systemd.ts';
import { listenPlan, type ListenPlan } from './listen-plan.ts';
import { Notifications } from './notifications.ts';
import { MonitoringServer } from './monitoring-server.ts';
import { createOperator, type Operator } from './operator.ts';
import { packageVersion } from './package-version.ts';
import { openPushSocket, pushTail } from './push/open-push-socket.ts';
import { reservedPlaces } from './reserved-places.ts';

const RENEWALS = { renewable: 'asked', unissued: 'unissued', unseen: 'unseen', unknown: 'unknown' } as const;

function sourceOf(
  { controller }: Operator,
  metrics: Metrics,
  liveness: Liveness,
  stateDirectory: string,
  notifications: Notifications,
): StatusSource {
  return {
    history: (limit) => readHistory(stateDirectory, { limit }),
    now: () => systemClock.now(),
    snapshot() {
      const snapshot = controller.snapshot();
      const { warnings } = notifications;
      return warnings.length === 0 ? snapshot : { ...snapshot, warnings: [...(snapshot.warnings ?? []), ...warnings] };
    },
    metrics: () => metrics.text(),
    live: () => liveness.live(),
    ready: () => liveness.ready(),
    reconcile: () => controller.trigger('control'),
    retry: (key) => controller.retry(key),
    backUp: (name) => controller.backUp(keyOf('Backup', name)),
    renew: (name) => RENEWALS[controller.renew(keyOf('Certificate', name))],
    testNotification: (receiver) => notifications.test(receiver),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Serves over TLS. Only loaded where it is needed: TLS is memory that a server without it has no use for. */
async function serveOverTls(
  source: StatusSource,
  options: Pick<TlsServerOptions, 'host' | 'port' | 'paths' | 'title' | 'awaitsAddress' | 'tell'>,
): Promise<StatusServer> {
  const { createTlsStatusServer } = await import('../status/tls-server.ts');
  return createTlsStatusServer(source, { ...options, clock: systemClock });
}

/** Of a Certificate's live directory; whoever asks has to show a certificate too. */
function pathsIn(directory: string): TlsServerOptions['paths'] {
  const [certificate, key, clientAuthority] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => join(directory, name));
  return { certificate, key, clientAuthority } as Required<TlsServerOptions['paths']>;
}

/** The server on TCP; undefined when nothing is to be served there. */
async function listenOnNetwork(
  { on, tls }: ListenPlan,
  source: StatusSource,
  tell: TlsServerOptions['tell'],
): Promise<StatusServer | undefined> {
  if (on === undefined) return undefined;
  return tls === undefined ? createStatusServer(source, on) : serveOverTls(source, { ...on, paths: tls, tell });
}

/** @throws UsageError */
async function requireSchedule(expression: string): Promise<void> {
  if (expression === DEFAULT_CHECK_SCHEDULE) return;
  const { scheduleProblem } = await import('../runtime/schedule.ts');
  const problem = scheduleProblem(expression);
  if (problem !== undefined) throw new UsageError(`--check-schedule ${expression}: ${problem}`);
}

export const command: Command = async ({ settings, output, environment, signal }) => {
  const listen = listenPlan(settings);
  await requireSchedule(settings.checkSchedule);
  const automatic = wantsJsonLogs(environment, output.terminal) ? 'json' : 'text';
  const journal = inheritedSocket(environment, 'BASTION_JOURNAL_FD');
  const log = await chooseLog(settings, output, { automatic, times: true, journal });
  const metrics = new Metrics({ clock: systemClock, version: packageVersion });
  // The loop is not there yet when the first events are told; until then it counts as just started.
  let operator: Operator | undefined = undefined;
  const liveness = new Liveness(systemClock, {
    heartbeat: () => operator?.controller.heartbeat() ?? systemClock.now(),
    eventLoopLag: () => operator?.controller.eventLoopLag() ?? 0,
  });
  const tell = (message: string, kind: ServerNews = 'trouble'): void => {
    const told = { at: systemClock.now(), message };
    log.consume(
      kind === 'trouble' ? { ...told, type: 'warning' } : { ...told, type: 'notice', isGood: kind === 'good' },
    );
  };
  // Like the loop, it is there once something can have been read.
  let source: StatusSource | undefined = undefined;
  const monitoring = new MonitoringServer(({ host, port, directory }) => {
    if (source === undefined) throw new Error('there is nothing to serve yet');
    const paths = pathsIn(directory);
    return serveOverTls(source, { host, port, paths, title: `metrics on ${host}:${port}`, awaitsAddress: true, tell });
  }, tell);
  const tail = pushTail(settings);
  const mounts = new MountWatch();
  const notifications = new Notifications({
    clock: systemClock,
    stateDirectory: settings.stateDirectory,
    root: settings.root,
    commandDirectory: settings.notifyCommands,
    reserved: () => reservedPlaces(settings),
    mounts,
    snapshot() {
      if (operator === undefined) throw new Error('there is no status yet');
      return operator.controller.snapshot();
    },
    tell(event) {
      for (const consumer of [log, metrics]) consumer.consume(event);
    },
  });
  const consumers = [log, metrics, liveness, notifications, ...(tail === undefined ? [] : [tail])];
  const onDesired = (desired: DesiredState): void => {
    notifications.follow(desired.bastion);
    if (listen.on !== undefined) monitoring.follow(monitoringPlace(desired));
  };
  operator = await createOperator(settings, systemClock, consumers, { onDesired, mounts });
  const servers: { close(): Promise<void> | void }[] = [monitoring];
  try {
    source = sourceOf(operator, metrics, liveness, settings.stateDirectory, notifications);
    servers.push(await createStatusServer(source, { socket: controlSocket(settings.stateDirectory) }));
    const onNetwork = await listenOnNetwork(listen, source, tell).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw new CommandError(`cannot listen on ${settings.listen}: ${message}; choose another with --listen`);
    });
    if (onNetwork !== undefined) servers.push(onNetwork);
    const forPushes = await openPushSocket(settings, source, tail, tell);
    if (forPushes !== undefined) servers.push(forPushes);
    const { controller } = operator;
    const systemd = followSystemd({
      environment,
      clock: systemClock,
      snapshot: () => controller.snapshot(),
      live: () => liveness.beats(),
      reload: () => controller.trigger('control'),
      tell,
      signal,
    });
    servers.push(systemd);
    controller.on((event) => systemd.consume(event));
    await controller.start();
    await aborted(signal);
    return EXIT.done;
  } finally {
    // While the lock is held: what it remembers is one file.
    await notifications.close();
    await operator.close();
    for (const server of servers) await server.close();
  }
};
