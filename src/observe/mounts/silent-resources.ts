import type { Key } from '../../model/key.ts';
import type { DesiredState, Resource } from '../../model/resource.ts';

/** Every host path of a desired state that a look, or the engine at a start, comes to. */
export function hostPaths({ resources }: DesiredState): Set<string> {
  const devices = devicesOf(resources);
  return new Set(resources.flatMap((resource) => pathsOf(resource, devices)));
}

/**
 * Why nothing may be done with a resource now, by key: a path of it lies on a file system that does not answer, and
 * whoever touches that hangs, the engine among them.
 *
 * @param silenceAt why a path must not be touched
 */
export function silentResources(
  { resources }: DesiredState,
  silenceAt: (path: string) => string | undefined,
): Readonly<Record<Key, string>> {
  const devices = devicesOf(resources);
  return Object.fromEntries(
    resources.flatMap((resource) => {
      for (const path of pathsOf(resource, devices)) {
        const reason = silenceAt(path);
        if (reason !== undefined) return [[resource.key, `${path}: ${reason}`]];
      }
      return [];
    }),
  );
}

function pathsOf(resource: Resource, devices: ReadonlyMap<string, string>): string[] {
  switch (resource.kind) {
    case 'Directory':
    case 'LogFile':
    case 'Secret':
      return [resource.spec.path];
    case 'File':
    case 'FilePatch':
      return [resource.spec.path, ...(resource.spec.check?.volumes ?? []).map(({ source }) => source)];
    case 'CertificateAuthority': {
      const { certificate, key, bundle } = resource.spec;
      return [certificate, key, bundle];
    }
    case 'Certificate': {
      const { directory, certificate, key, request, signed } = resource.spec;
      return [directory, certificate, key, request, signed];
    }
    case 'Backup':
      return [resource.spec.directory];
    case 'Volume':
      return [devices.get(resource.name) ?? []].flat();
    case 'Container':
      return (resource.spec.volumes ?? []).flatMap(({ type, source = '' }) =>
        type === 'bind' ? source : type === 'volume' ? (devices.get(source) ?? []) : [],
      );
    default:
      return [];
  }
}

/** Directories of the host that volumes are, by name. */
function devicesOf(resources: readonly Resource[]): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap((resource) => {
      const device = resource.kind === 'Volume' ? resource.spec.driver_opts?.['device'] : undefined;
      // Another than a path of the host begins with a server (host:/path, //host/share) and is the engine's matter.
      return device === undefined || !/^\/(?!\/)/.test(device) ? [] : [[resource.name, device] as const];
    }),
  );
}
