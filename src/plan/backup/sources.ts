import { posix } from 'node:path';
import type { BackupStepArguments } from '../../model/backup-steps.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { ContainerSpec } from '../../model/specs.ts';
import { readinessOf } from '../container/readiness.ts';
import type { PlanContext } from '../context.ts';
import { blocked, degraded, progressing, type ConditionDraft } from '../draft.ts';
import { runningContainer } from '../running-container.ts';
import { tlsAccess } from '../tls-access.ts';

/** Where Grafana keeps its database, and what names the file of its secret key, inside its container. */
const GRAFANA_DATA = '/var/lib/grafana';
const GRAFANA_DATABASE = 'grafana.db';
const GRAFANA_SECRET_KEY = 'GF_SECURITY_SECRET_KEY__FILE';

/** What a backup is made of, as it is now. */
export interface BackupSources {
  readonly prometheus: Omit<BackupStepArguments['SnapshotPrometheus'], 'directory'>;
  /** Id of the image that reads the blocks back. */
  readonly image: string;
  readonly grafana?: Omit<BackupStepArguments['SaveGrafana'], 'directory'>;
}

/** What a Backup saves now, or why it cannot. */
export function backupSources(resource: Resource<'Backup'>, context: PlanContext): BackupSources | ConditionDraft {
  const { spec } = resource;
  const service = dataOf(spec.prometheus, context);
  if (service === undefined)
    return degraded(
      'NothingToSave',
      `Prometheus/${spec.prometheus} says not where its data is; look at its conditions`,
    );
  const { at, dataDirectory } = service;
  const name = at.container ?? spec.prometheus;
  const container = runningContainer(name, context);
  if (container === undefined) return blocked('AwaitingPrometheus', `waits for Container/${name} to run`);
  if (saysNotReady(name, container, context))
    return progressing('AwaitingPrometheus', `waits for Container/${name} to be ready`);
  const { serverName, authority, port, address } = at;
  const access = tlsAccess({ serverName, authority }, context.input);
  const grafana = spec.grafana === undefined ? undefined : grafanaOf(spec.grafana, context);
  return {
    prometheus: {
      ...(address === undefined ? { container: container.id } : {}),
      at: { ...(address === undefined ? {} : { address }), port, access },
      dataDirectory,
    },
    image: container.imageId,
    ...(grafana === undefined ? {} : { grafana }),
  };
}

/** Keys of the containers that are touched: what holds them back holds the backup back, too. */
export function touchedContainers(resource: Resource<'Backup'>, sources: BackupSources): `Container/${string}`[] {
  const { prometheus, grafana } = sources;
  return [
    ...(prometheus.container === undefined ? [] : [`Container/${resource.spec.prometheus}` as const]),
    ...(grafana?.container === undefined ? [] : [`Container/${grafana.name}` as const]),
  ];
}

function dataOf(name: string, { input }: PlanContext) {
  for (const resource of input.desired.resources)
    if (resource.kind === 'Prometheus' && resource.name === name && resource.spec.service?.type === 'prometheus')
      return resource.spec.service;
  return undefined;
}

function saysNotReady(name: string, container: ObservedContainer, { input }: PlanContext): boolean {
  const spec = containerSpec(name, input.desired.resources);
  const readiness = spec && readinessOf(container, spec, input);
  return readiness !== undefined && readiness.type !== 'ready';
}

/** Undefined until its container is declared; its database need not be there yet. */
function grafanaOf(name: string, context: PlanContext): BackupSources['grafana'] {
  const spec = containerSpec(name, context.input.desired.resources);
  const data = spec && hostPath(`${GRAFANA_DATA}/${GRAFANA_DATABASE}`, spec);
  if (spec === undefined || data === undefined) return undefined;
  const inside = spec.environment?.[GRAFANA_SECRET_KEY];
  const secretKey = inside === undefined ? undefined : hostPath(inside, spec);
  const container = runningContainer(name, context)?.id;
  return {
    name,
    ...(container === undefined ? {} : { container }),
    database: data,
    ...(secretKey === undefined ? {} : { secretKey }),
  };
}

function containerSpec(name: string, resources: readonly Resource[]): ContainerSpec | undefined {
  return resources.find(
    (candidate): candidate is Resource<'Container'> => candidate.kind === 'Container' && candidate.name === name,
  )?.spec;
}

/** Where a path inside a container lies on the host; undefined when it is not mounted from there. */
function hostPath(inside: string, { volumes = [] }: ContainerSpec): string | undefined {
  const mount = volumes
    .filter(({ type, target }) => type === 'bind' && (inside === target || inside.startsWith(`${target}/`)))
    .sort((a, b) => b.target.length - a.target.length)[0];
  return mount?.source === undefined ? undefined : posix.join(mount.source, inside.slice(mount.target.length));
}
