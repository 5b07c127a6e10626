import { posix } from 'node:path';
import type { ContainerConfig, ContainerCreateBody, HealthConfig } from '../../../src/engine/wire.ts';
import type { FakeImageConfig } from './image-store.ts';
import { refuse } from './refusal.ts';

/**
 * Config of a new container as inspect shows it: the body's, completed from the image as moby's `merge()` does
 * (daemon/commit.go), with the engine's defaults.
 */
export function mergedConfig(body: ContainerCreateBody, image: FakeImageConfig, id: string): ContainerConfig {
  const command = mergedCommand(body, image);
  const health = mergedHealth(body.Healthcheck ?? undefined, image.Healthcheck ?? undefined);
  const exposed = { ...image.ExposedPorts, ...body.ExposedPorts };
  const volumes = { ...image.Volumes, ...body.Volumes };
  const stopSignal = body.StopSignal || image.StopSignal || '';
  const attach = { AttachStdin: false, AttachStdout: false, AttachStderr: false };
  const config: ContainerConfig = {
    Hostname: body.Hostname || (body.HostConfig.NetworkMode === 'host' ? 'fake-host' : id.slice(0, 12)),
    Domainname: body.Domainname ?? '',
    User: body.User || image.User || '',
    ...attach,
    Tty: body.Tty ?? false,
    OpenStdin: body.OpenStdin ?? false,
    StdinOnce: body.StdinOnce ?? false,
    Env: mergedEnvironment(body.Env, image.Env),
    ...command,
    Image: body.Image ?? '',
    Volumes: Object.keys(volumes).length > 0 ? volumes : null,
    WorkingDir: cleanDirectory(body.WorkingDir || image.WorkingDir || ''),
    ...{ OnBuild: null },
    Labels: { ...image.Labels, ...body.Labels },
  };
  if (Object.keys(exposed).length > 0) config.ExposedPorts = exposed;
  if (health) config.Healthcheck = health;
  if (stopSignal !== '') config.StopSignal = stopSignal;
  if (body.StopTimeout !== undefined) config.StopTimeout = body.StopTimeout;
  if (body.MacAddress) config.MacAddress = body.MacAddress;
  if (body.NetworkDisabled) config.NetworkDisabled = true;
  return config;
}

function mergedCommand(body: ContainerConfig, image: FakeImageConfig): Pick<ContainerConfig, 'Cmd' | 'Entrypoint'> {
  let command = body.Cmd ?? null;
  let entrypoint = body.Entrypoint ?? null;
  if ((entrypoint ?? []).length === 0) {
    if ((command ?? []).length === 0) command = image.Cmd ?? null;
    entrypoint ??= image.Entrypoint ?? null;
  }
  if (entrypoint?.length === 1 && entrypoint[0] === '') entrypoint = null;
  if ((entrypoint ?? []).length === 0 && (command ?? []).length === 0) refuse(400, 'No command specified');
  return { Cmd: command, Entrypoint: entrypoint };
}

/** The body's entries first, in order, then the image's whose name is not taken. */
function mergedEnvironment(own: string[] | null | undefined, image: string[] | null | undefined): string[] | null {
  const nameOf = (entry: string): string => entry.split('=', 1)[0] ?? '';
  const taken = new Set((own ?? []).map(nameOf));
  const merged = [...(own ?? []), ...(image ?? []).filter((entry) => !taken.has(nameOf(entry)))];
  return merged.length === 0 ? (own ?? null) : merged;
}

/** Member by member; what is zero is taken from the image and left out when still zero. */
function mergedHealth(own: HealthConfig | undefined, image: HealthConfig | undefined): HealthConfig | undefined {
  if (!own && !image) return undefined;
  const health: HealthConfig = {};
  const test = own?.Test?.length ? own.Test : image?.Test;
  if (test?.length) health.Test = [...test];
  for (const member of ['Interval', 'Timeout', 'StartPeriod', 'Retries'] as const) {
    const value = own?.[member] || image?.[member];
    if (value) health[member] = value;
  }
  return health;
}

function cleanDirectory(path: string): string {
  if (path === '') return '';
  if (!path.startsWith('/')) {
    refuse(400, `the working directory '${path}' is invalid, it needs to be an absolute path`);
  }
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}
