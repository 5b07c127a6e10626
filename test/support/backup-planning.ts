import { backupTime } from '../../src/model/backup.ts';
import type { BackupSpec } from '../../src/model/backup-spec.ts';
import type { Memory } from '../../src/model/memory.ts';
import { EMPTY_MEMORY } from '../../src/model/memory.ts';
import type { ObservedBackup, ObservedBackups } from '../../src/model/observed-backups.ts';
import type { Observed, ObservedContainer } from '../../src/model/observed.ts';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import type { Resource } from '../../src/model/resource.ts';
import { readinessId } from '../../src/model/readiness.ts';
import { container, id, NOW, observedContainer, planningInput, resource } from './planning.ts';

const never = { isEnabled: false, high: 1, low: 0, raiseAfter: 0, lowerAfter: 0, dwell: 0 };

/** The container of a Prometheus, as its renderer would make it. */
export const prometheusContainer = container('prometheus', { readiness: { port: 9090, path: '/-/ready' } });

/** The container of a Grafana, with the places that matter to a backup. */
export const grafanaContainer = container('grafana', {
  environment: { GF_SECURITY_SECRET_KEY__FILE: '/run/secrets/secret-key' },
  volumes: [
    { type: 'bind', source: '/opt/core/grafana/secrets', target: '/run/secrets', read_only: true },
    { type: 'bind', source: '/opt/core/grafana/data', target: '/var/lib/grafana', read_only: false },
  ],
});

export const prometheus: Resource<'Prometheus'> = resource(
  'Prometheus',
  'prometheus',
  {
    parts: ['Container/prometheus'],
    service: {
      type: 'prometheus',
      at: { container: 'prometheus', port: 9090, serverName: 'prometheus.lab', authority: 'lab' },
      dataDirectory: '/opt/core/prometheus/data',
      retention: 30 * 86_400_000,
      memoryPressure: never,
      diskPressure: { ...never, critical: 1, emergency: 1 },
      targets: [],
    },
  },
  ['Container/prometheus'],
);

export const grafana: Resource<'Grafana'> = resource('Grafana', 'grafana', { parts: ['Container/grafana'] }, [
  'Container/grafana',
]);

export const backup = (spec: Partial<BackupSpec> = {}): Resource<'Backup'> =>
  resource(
    'Backup',
    'nightly',
    {
      schedule: '15 3 * * *',
      directory: '/mnt/backup/nightly',
      prometheus: 'prometheus',
      keep: 7,
      verify: true,
      ...spec,
    },
    ['Prometheus/prometheus'],
  );

/** A whole backup, read back. */
export function observedBackup(name: string, parts: Partial<ObservedBackup> = {}): ObservedBackup {
  const startedAt = backupTime(name) ?? NaN;
  return {
    name,
    startedAt,
    finishedAt: startedAt + 60_000,
    bytes: 1_200_000_000,
    newBytes: 15_000_000,
    blocks: 3,
    hasGrafana: false,
    isVerified: true,
    ...parts,
  };
}

export const running = observedContainer(prometheusContainer, { id: id('a') });
export const runningGrafana = observedContainer(grafanaContainer, { id: id('b') });

/** A planning input with a running, ready Prometheus and these backups. */
export function backupInput(
  found: ObservedBackups | readonly ObservedBackup[],
  {
    of = backup(),
    memory = {},
    now = NOW,
    containers = [running] as readonly ObservedContainer[],
    more = [] as readonly Resource[],
    observed = {},
  }: {
    of?: Resource<'Backup'>;
    memory?: Partial<Memory>;
    now?: number;
    containers?: readonly ObservedContainer[];
    more?: readonly Resource[];
    observed?: Partial<Observed>;
  } = {},
): PlanningInput {
  const seen = Array.isArray(found)
    ? { state: 'seen' as const, complete: found as readonly ObservedBackup[], failed: [], leftovers: [] }
    : (found as ObservedBackups);
  return planningInput(
    [of, prometheus, prometheusContainer, ...more],
    {
      containers,
      backups: { [of.key]: seen },
      readiness: { [readinessId(running)]: { isReady: true, at: NOW, message: '' } },
      ...observed,
    },
    { memory: { ...EMPTY_MEMORY, ...memory }, now },
  );
}
