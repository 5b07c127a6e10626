import { constants } from 'node:os';
import type { ContainerCreateBody, HostConfig } from '../../../src/engine/wire.ts';
import { refuse } from './refusal.ts';
import type { World } from './world.ts';

const LEAST_MEMORY = 6 * 1024 * 1024;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const CAPABILITIES = new Set(
  (
    'ALL CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
    'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
    'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
    'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
  ).split(' '),
);

/** Refuses a create body that the engine refuses, in its words. The name's uniqueness is checked elsewhere. */
export function checkCreate(world: World, name: string, body: ContainerCreateBody): void {
  if (!NAME.test(name)) refuse(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  const endpoints = Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {});
  if (endpoints.length > 1) {
    refuse(400, `Container cannot be connected to network endpoints: ${endpoints.sort().join(', ')}`);
  }
  if (body.StopSignal) signalNumber(body.StopSignal);
  for (const member of ['Interval', 'Timeout', 'StartPeriod'] as const) {
    const value = body.Healthcheck?.[member] ?? 0;
    if (value !== 0 && value < 1e6) refuse(400, `${member} in Healthcheck cannot be less than 1ms`);
  }
  checkResources(world, body.HostConfig, false);
  checkRestartPolicy(body.HostConfig);
  for (const member of ['CapAdd', 'CapDrop'] as const) {
    for (const capability of body.HostConfig[member] ?? []) {
      const plain = capability.toUpperCase().replace(/^CAP_/, '');
      if (!CAPABILITIES.has(plain)) refuse(400, `invalid ${member}: unknown capability: "CAP_${plain}"`);
    }
  }
  const { Runtime } = body.HostConfig;
  if (Runtime && Runtime !== world.facts.defaultRuntime) refuse(400, `Unknown runtime specified ${Runtime}`);
}

/** Refuses limits that contradict each other; an update may leave out what is set already. */
export function checkResources(world: World, asked: HostConfig, update: boolean): void {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 } = asked;
  if (Memory > 0 && Memory < LEAST_MEMORY) refuse(400, 'Minimum memory limit allowed is 6MB');
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    refuse(400, 'Minimum memoryswap limit should be larger than memory limit, see usage');
  }
  if (Memory === 0 && MemorySwap > 0 && !update) {
    refuse(400, 'You should always set the Memory limit when using Memoryswap limit, see usage');
  }
  if (MemoryReservation > 0 && MemoryReservation < LEAST_MEMORY) {
    refuse(400, 'Minimum memory reservation allowed is 6MB');
  }
  if (Memory > 0 && MemoryReservation > Memory) {
    refuse(400, 'Minimum memory limit can not be less than memory reservation limit, see usage');
  }
  if (NanoCpus > 0 && CpuPeriod > 0) refuse(400, 'Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (NanoCpus > 0 && CpuQuota > 0) refuse(400, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (NanoCpus < 0 || NanoCpus > world.cpus * 1e9) {
    const most = world.cpus.toFixed(2);
    refuse(400, `Range of CPUs is from 0.01 to ${most}, as there are only ${world.cpus} CPUs available`);
  }
}

/** Refuses a restart policy that is unknown or contradicts another wish. */
export function checkRestartPolicy(host: HostConfig): void {
  const { Name: policy = '', MaximumRetryCount: count = 0 } = host.RestartPolicy ?? {};
  switch (policy) {
    case 'always':
    case 'unless-stopped':
    case 'no':
      if (count !== 0) refuse(400, `maximum retry count cannot be used with restart policy '${policy}'`);
      break;
    case 'on-failure':
      if (count < 0) refuse(400, 'maximum retry count cannot be negative');
      break;
    case '':
      break;
    default:
      refuse(400, `invalid restart policy '${policy}'`);
  }
  if (host.AutoRemove && policy !== '' && policy !== 'no') {
    refuse(400, "can't create 'AutoRemove' container with restart policy");
  }
}

/** `SIGHUP`, `HUP` or `1` to the number; refuses what is no signal. */
export function signalNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG');
  const number = (constants.signals as Record<string, number | undefined>)[name];
  return number ?? refuse(400, `Invalid signal: ${text}`);
}

/** Number to `SIGHUP`. */
export function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;
}
