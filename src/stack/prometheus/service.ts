import type { PrometheusManifest } from '../../model/manifest-types.ts';
import type { DiskPressureSpec, PressureSpec, ServiceSpec, TargetSpec } from '../../model/service-spec.ts';
import { milliseconds } from '../quantities.ts';
import type { House } from '../renderer.ts';
import { memberHost } from './members.ts';
import { placesOf } from './places.ts';
import type { Target } from './target.ts';

/** What the operator asks a Prometheus, and the loops that keep it alive. */
export function prometheusService(
  prometheus: PrometheusManifest,
  targets: readonly Target[],
  house: House,
): ServiceSpec {
  const { metadata, spec } = prometheus;
  return {
    type: 'prometheus',
    at: {
      container: metadata.name,
      port: 9090,
      serverName: memberHost(prometheus, house),
      authority: house.bastion.certificateAuthority,
    },
    dataDirectory: placesOf(metadata.name, house).data,
    retention: milliseconds(spec.retention),
    memoryPressure: memoryPressure(spec.pressure.memory),
    diskPressure: diskPressure(spec.pressure.disk),
    targets: targets.map(targetSpec),
  };
}

function memoryPressure(memory: PrometheusManifest['spec']['pressure']['memory']): PressureSpec {
  return { ...common(memory), high: memory.high, low: memory.low };
}

/** The manifest speaks of what is free, as people do; a loop of what is in use, so that more is worse in both. */
function diskPressure(disk: PrometheusManifest['spec']['pressure']['disk']): DiskPressureSpec {
  return {
    ...common(disk),
    high: inUse(disk.warn),
    low: inUse(disk.recovered),
    critical: inUse(disk.critical),
    emergency: inUse(disk.emergency),
  };
}

function common({
  enabled,
  raiseAfter,
  lowerAfter,
  dwell,
  maximum,
}: {
  readonly enabled: boolean;
  readonly raiseAfter: string;
  readonly lowerAfter: string;
  readonly dwell: string;
  readonly maximum: number;
}): Omit<PressureSpec, 'high' | 'low'> {
  return {
    isEnabled: enabled,
    raiseAfter: milliseconds(raiseAfter),
    lowerAfter: milliseconds(lowerAfter),
    dwell: milliseconds(dwell),
    maximumLevel: maximum,
  };
}

/** Rounded, so that 0.2 free is 0.8 in use and not 0.8000000000000001 or less. */
function inUse(free: number): number {
  return Math.round((1 - free) * 1e6) / 1e6;
}

/** Without what only the scrape configuration needs. */
function targetSpec({
  path: _path,
  tls: _tls,
  interval: _interval,
  limits: _limits,
  labels: _labels,
  ...spec
}: Target): TargetSpec {
  return spec;
}
