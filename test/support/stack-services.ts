import type { Key } from '../../src/model/key.ts';
import type {
  ObservedDisk,
  ObservedPrometheus,
  ObservedTarget,
  PrometheusAnswer,
  Reading,
} from '../../src/model/observed-services.ts';
import type { DiskPressureSpec, PressureSpec, ServiceSpec, TargetSpec } from '../../src/model/service-spec.ts';
import { NOW } from './planning.ts';

const MINUTE = 60_000;

export type PrometheusSpec = Extract<ServiceSpec, { type: 'prometheus' }>;

export const memoryPressure: PressureSpec = {
  isEnabled: true,
  high: 0.85,
  low: 0.7,
  raiseAfter: 2 * MINUTE,
  lowerAfter: 30 * MINUTE,
  dwell: 10 * MINUTE,
};

export const diskPressure: DiskPressureSpec = {
  isEnabled: true,
  high: 0.8,
  low: 0.75,
  critical: 0.9,
  emergency: 0.95,
  raiseAfter: MINUTE,
  lowerAfter: 30 * MINUTE,
  dwell: 10 * MINUTE,
};

export function prometheusSpec(parts: Partial<PrometheusSpec> = {}): PrometheusSpec {
  return {
    type: 'prometheus',
    at: { container: 'prometheus', port: 9090, serverName: 'prometheus.lab', authority: 'lab' },
    dataDirectory: '/opt/core/prometheus/data',
    retention: 30 * 86_400_000,
    memoryPressure,
    diskPressure,
    targets: [],
    ...parts,
  };
}

/** A target named after its job: `node` is `node.lab:9100`, of `ScrapeTarget/node`. */
export function targetSpec(job: string, parts: Partial<TargetSpec> = {}): TargetSpec {
  return { resource: `ScrapeTarget/${job}` as Key, job, host: `${job}.lab`, port: 9100, maxRestarts: 5, ...parts };
}

/** As Prometheus shows it: up for an hour. */
export function observedTarget(job: string, parts: Partial<ObservedTarget> = {}): ObservedTarget {
  return {
    job,
    instance: `${job}.lab:9100`,
    address: `${job}.lab:9100`,
    health: 'up',
    since: NOW - 60 * MINUTE,
    lastError: '',
    lastScrape: NOW - 10_000,
    ...parts,
  };
}

export function prometheusAnswer(parts: Partial<PrometheusAnswer> = {}): PrometheusAnswer {
  const { targets = [] } = parts;
  return { version: '3.14.0', isConfigLoaded: true, targets, targetCount: targets.length, ...parts };
}

/** One that answered a moment ago. */
export function observedPrometheus(parts: Partial<ObservedPrometheus> = {}): ObservedPrometheus {
  return {
    type: 'prometheus',
    at: NOW - 1000,
    answer: prometheusAnswer(),
    answeredAt: NOW - 1000,
    memoryReadings: [],
    diskReadings: [],
    ...parts,
  };
}

export function observedDisk(parts: Partial<ObservedDisk> = {}): ObservedDisk {
  const GIB = 1024 ** 3;
  return { at: NOW - 1000, total: 100 * GIB, available: 50 * GIB, snapshots: [], blocks: [], ...parts };
}

/** Readings every 15 s, all the same, up to now. */
export function lasting(ratio: number, milliseconds: number): Reading[] {
  const count = Math.floor(milliseconds / 15_000) + 1;
  return Array.from({ length: count }, (_, index) => ({ at: NOW - (count - 1 - index) * 15_000, ratio }));
}
