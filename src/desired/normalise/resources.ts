import type { ContainerSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readDuration } from './duration.ts';
import { readSize } from './size.ts';

type Spec = ContainerManifest['spec'];

/** The engine refuses less: it could not even start the process. */
const LEAST_MEMORY = 6 << 20;

/** Limits on memory, CPU and processes. Zero means "no limit" to the engine and is left out. */
export function readResources(spec: Spec, field: Field) {
  const mem_limit = readBytes(spec, 'mem_limit', field);
  const mem_reservation = readBytes(spec, 'mem_reservation', field);
  const memswap_limit = Number(spec.memswap_limit) === -1 ? -1 : readBytes(spec, 'memswap_limit', field);
  if (mem_limit !== undefined && mem_limit < LEAST_MEMORY)
    field.at('mem_limit').error('is less than the engine takes: at least 6m');
  if (mem_limit !== undefined && mem_reservation !== undefined && mem_reservation > mem_limit)
    field.at('mem_reservation').error('is more than mem_limit');
  if (memswap_limit !== undefined && memswap_limit > 0) {
    if (mem_limit === undefined) field.at('memswap_limit').error('needs mem_limit beside it');
    else if (memswap_limit < mem_limit)
      field.at('memswap_limit').error('is less than mem_limit: it counts memory and swap together');
  }
  const cpus = readCpus(spec, field.at('cpus'));
  const cpu_quota = readMicroseconds(spec, 'cpu_quota', field);
  const cpu_period = readMicroseconds(spec, 'cpu_period', field);
  if (cpus !== undefined && (cpu_quota !== undefined || cpu_period !== undefined))
    field.at('cpus').error('cannot stand beside cpu_quota and cpu_period: keep one');
  const processes = readWhole(spec, 'pids_limit', field);
  return {
    mem_limit,
    mem_reservation,
    memswap_limit,
    cpus,
    cpu_quota,
    cpu_period,
    cpu_shares: positive(readWhole(spec, 'cpu_shares', field)),
    cpuset: readCpuset(spec, field.at('cpuset')),
    pids_limit: positive(processes),
    shm_size: readBytes(spec, 'shm_size', field),
    oom_kill_disable: spec.oom_kill_disable === true ? true : undefined,
    oom_score_adj: spec.oom_score_adj === 0 ? undefined : spec.oom_score_adj,
  } satisfies { [K in keyof ContainerSpec]?: ContainerSpec[K] | undefined };
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function readBytes(
  spec: Spec,
  name: 'mem_limit' | 'mem_reservation' | 'memswap_limit' | 'shm_size',
  field: Field,
): number | undefined {
  const value = spec[name];
  return value === undefined ? undefined : positive(readSize(value, field.at(name)));
}

function readCpus(spec: Spec, field: Field): number | undefined {
  if (spec.cpus === undefined) return undefined;
  const cpus = Number(spec.cpus);
  if (String(spec.cpus).trim() === '' || !(cpus >= 0) || cpus > 1024)
    return field.error('is not a number of CPUs, such as 0.5');
  // The engine keeps billionths of a CPU.
  const rounded = Math.round(cpus * 1e9) / 1e9;
  if (rounded > 0 && rounded < 0.01) return field.error('is less than the engine takes: at least 0.01');
  return positive(rounded);
}

function readCpuset(spec: Spec, field: Field): string | undefined {
  if (spec.cpuset === undefined || spec.cpuset === '') return undefined;
  const text = String(spec.cpuset);
  return /^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text) ? text : field.error('is not a set of CPUs, such as 0-1 or 0,2');
}

function readMicroseconds(spec: Spec, name: 'cpu_quota' | 'cpu_period', field: Field): number | undefined {
  const value = spec[name];
  if (value === undefined) return undefined;
  if (/^-?\d+$/.test(String(value))) return positive(Number(value));
  const nanoseconds = readDuration(String(value), field.at(name));
  return nanoseconds === undefined ? undefined : positive(Math.round(nanoseconds / 1e3));
}

function readWhole(spec: Spec, name: 'cpu_shares' | 'pids_limit', field: Field): number | undefined {
  const value = spec[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^-?\d+$/.test(String(value)) && Number.isSafeInteger(number)) return number;
  return field.at(name).error('is not a whole number');
}
