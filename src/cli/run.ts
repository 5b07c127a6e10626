import { systemClock } from '../runtime/clock.ts';
import { Liveness } from '../status/liveness.ts';
import { wantsJsonLogs } from '../status/log-format.ts';
import { Metrics } from '../status/metrics.ts';
import { createStatusServer, type StatusServer, type StatusSource } from '../status/server.ts';
import { chooseLog } from './choose-log.ts';
import type { Command } from './command.ts';
import { controlSocket } from './control-client.ts';
import { CommandError, EXIT } from './errors.ts';
import { parseListenAddress } from './listen-address.ts';
import { createOperator, type Operator } from './operator.ts';
import { packageVersion } from './package-version.ts';

function sourceOf({ controller }: Operator, metrics: Metrics, liveness: Liveness): StatusSource {
  return {
    snapshot: () => controller.snapshot(),
    metrics: () => metrics.text(),
    live: () => liveness.live(),
    ready: () => liveness.ready(),
    reconcile: () => controller.trigger('control'),
    retry: (key) => controller.retry(key),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export const command: Command = async ({ settings, output, environment, signal }) => {
  const listen = parseListenAddress(settings.listen);
  const automatic = wantsJsonLogs(environment, output.terminal) ? 'json' : 'text';
  const log = await chooseLog(settings, output, { automatic, times: true });
  const metrics = new Metrics({ clock: systemClock, version: packageVersion });
  // The loop is not there yet when the first events are told; until then it counts as just started.
  let operator: Operator | undefined = undefined;
  const liveness = new Liveness(systemClock, {
    heartbeat: () => operator?.controller.heartbeat() ?? systemClock.now(),
    eventLoopLag: () => operator?.controller.eventLoopLag() ?? 0,
  });
  operator = await createOperator(settings, systemClock, [log, metrics, liveness]);
  const servers: StatusServer[] = [];
  try {
    const source = sourceOf(operator, metrics, liveness);
    servers.push(await createStatusServer(source, { socket: controlSocket(settings.stateDirectory) }));
    if (listen !== undefined)
      servers.push(
        await createStatusServer(source, listen).catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          throw new CommandError(`cannot listen on ${settings.listen}: ${message}; choose another with --listen`);
        }),
      );
    await operator.controller.start();
    await aborted(signal);
    return EXIT.done;
  } finally {
    await operator.close();
    for (const server of servers) await server.close();
  }
};
