import type { ServiceSpec } from '../model/service-spec.ts';
import type { FileCheck } from '../model/file-specs.ts';
import type { ContainerSpec, VolumeSpec } from '../model/specs.ts';
import type { Draft } from './draft.ts';
import { bindDevice } from './normalise/local-volume.ts';
import { mapOwnedPaths } from './owned-paths.ts';

/** The draft with `root` before every host path, as `dpkg --root` does. */
export function prefixHostPaths(draft: Draft, root: string): Draft {
  const prefix = root.replace(/\/+$/, '');
  if (prefix === '') return draft;
  if (draft.kind === 'Container') return { ...draft, spec: prefixMounts(draft.spec, prefix) };
  if (draft.kind === 'Volume') return { ...draft, spec: prefixDevice(draft.spec, prefix) };
  const spec = mapOwnedPaths(draft.kind, draft.spec, (path) => prefix + path);
  return { ...draft, spec: 'check' in spec ? prefixCheck(spec, prefix) : spec } as Draft;
}

function prefixMounts(spec: ContainerSpec, prefix: string): ContainerSpec {
  if (spec.volumes === undefined) return spec;
  const volumes = spec.volumes.map((mount) =>
    mount.type === 'bind' && mount.source !== undefined ? { ...mount, source: `${prefix}${mount.source}` } : mount,
  );
  return { ...spec, volumes };
}

function prefixCheck<T extends { readonly check?: FileCheck }>(spec: T, prefix: string): T {
  if (spec.check?.volumes === undefined) return spec;
  const volumes = spec.check.volumes.map((mount) => ({ ...mount, source: prefix + mount.source }));
  return { ...spec, check: { ...spec.check, volumes } };
}

function prefixDevice(spec: VolumeSpec, prefix: string): VolumeSpec {
  const device = bindDevice(spec);
  return device === undefined ? spec : { ...spec, driver_opts: { ...spec.driver_opts, device: prefix + device } };
}

/** A service with `root` before the host paths that the operator reads. */
export function prefixService(service: ServiceSpec, root: string): ServiceSpec {
  const prefix = root.replace(/\/+$/, '');
  if (service.type === 'prometheus') return { ...service, dataDirectory: prefix + service.dataDirectory };
  if (service.type === 'grafana') return { ...service, adminPassword: prefix + service.adminPassword };
  return service;
}
