import type { StatusSnapshot } from '../model/status.ts';
import type { Clock } from '../runtime/clock.ts';
import { inheritedSocket } from '../status/systemd/inherited-socket.ts';
import { encodeNotification } from '../status/systemd/notification.ts';
import { ServiceManager } from '../status/systemd/service-manager.ts';
import { watchdogTime } from '../status/systemd/watchdog-time.ts';

export interface FollowSystemdOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly snapshot: () => StatusSnapshot | undefined;
  readonly live: () => boolean;
  /** Look at everything again; on SIGHUP (`systemctl reload`). */
  readonly reload: () => void;
  /** Told what is wrong with how systemd started us. */
  readonly tell: (message: string) => void;
  /** Aborts when we are to stop. */
  readonly signal: AbortSignal;
}

/**
 * Keeps systemd informed where it wants that (`Type=notify`). Elsewhere nothing happens, and SIGHUP ends the process as
 * ever: that is a terminal that was closed.
 *
 * @returns what consumes trace events; `close` ends its timers and gives the signal back
 */
export function followSystemd(options: FollowSystemdOptions): Pick<ServiceManager, 'consume' | 'close'> {
  const { environment, clock, snapshot, live, signal } = options;
  const socket = inheritedSocket(environment, 'BASTION_NOTIFY_FD');
  if (socket === undefined) {
    if ((environment['NOTIFY_SOCKET'] ?? '') !== '')
      options.tell(
        'systemd waits to be told when this is ready (Type=notify), and there is no open socket for it: start it as bastion.service does, through bin/under-systemd, or write Type=exec',
      );
    return { consume: () => undefined, close: () => undefined };
  }
  const manager = new ServiceManager({
    clock,
    snapshot,
    live,
    send: (told) => socket(encodeNotification(told)),
    watchdog: watchdogTime(environment, process.pid),
    monotonic: () => process.hrtime.bigint() / 1000n,
  });
  const onReload = (): void => {
    manager.reloading();
    options.reload();
  };
  const onStop = (): void => manager.stopping();
  process.on('SIGHUP', onReload);
  signal.addEventListener('abort', onStop, { once: true });
  return {
    consume: (event) => manager.consume(event),
    close() {
      process.off('SIGHUP', onReload);
      signal.removeEventListener('abort', onStop);
      manager.close();
    },
  };
}
