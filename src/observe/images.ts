import type { HealthConfig, ImageInspect } from '../engine/wire.ts';
import type { ImageConfig, ObservedImage } from '../model/observed.ts';
import type { DesiredState } from '../model/resource.ts';

/** The engine's image as observed. */
export function observedImage(image: ImageInspect): ObservedImage {
  const config = image.Config ?? {};
  const healthcheck = healthcheckOf(config.Healthcheck ?? {});
  return {
    id: image.Id,
    // The variant tells machines apart on 32-bit ARM only; `linux/arm64/v8` is every `linux/arm64`.
    platform: [
      image.Os,
      image.Architecture,
      ...(image.Architecture === 'arm' && image.Variant ? [image.Variant] : []),
    ].join('/'),
    repoDigests: [...(image.RepoDigests ?? [])].sort(),
    labels: config.Labels ?? {},
    config: {
      ...(config.Cmd ? { cmd: config.Cmd } : {}),
      ...(config.Entrypoint ? { entrypoint: config.Entrypoint } : {}),
      env: config.Env ?? [],
      labels: config.Labels ?? {},
      user: config.User ?? '',
      workingDir: config.WorkingDir ?? '',
      stopSignal: config.StopSignal ?? '',
      exposedPorts: Object.keys(config.ExposedPorts ?? {}).sort(),
      volumes: Object.keys(config.Volumes ?? {}).sort(),
      ...(Object.keys(healthcheck).length === 0 ? {} : { healthcheck }),
    },
  };
}

/** Zero and empty members mean "not set" in the Engine API. */
function healthcheckOf(health: HealthConfig): NonNullable<ImageConfig['healthcheck']> {
  return {
    ...(health.Test?.length ? { test: health.Test } : {}),
    ...(health.Interval ? { interval: health.Interval } : {}),
    ...(health.Timeout ? { timeout: health.Timeout } : {}),
    ...(health.StartPeriod ? { start_period: health.StartPeriod } : {}),
    ...(health.Retries ? { retries: health.Retries } : {}),
  };
}

/** Every image reference that a desired state names: images, containers, and the checks of files. */
export function wantedReferences(desired: DesiredState): string[] {
  const references = new Set<string>();
  for (const resource of desired.resources) {
    if (resource.kind === 'Image') references.add(resource.spec.reference);
    else if (resource.kind === 'Container') references.add(resource.spec.image);
    else if ((resource.kind === 'File' || resource.kind === 'FilePatch') && resource.spec.check !== undefined)
      references.add(resource.spec.check.image);
  }
  return [...references];
}
