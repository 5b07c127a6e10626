import { keyOf } from '../../model/key.ts';
import type { FileManifest, TraefikManifest } from '../../model/manifest-types.ts';
import { header } from '../header.ts';
import { imageVersion } from '../image-version.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { yamlText } from '../yaml-text.ts';
import { loaded, staticLooks } from './loaded.ts';
import {
  INTERNAL_ADDRESS,
  INTERNAL_ENTRYPOINT,
  METRICS_ENTRYPOINT,
  METRICS_PORT,
  PING_ADDRESS,
  PING_ENTRYPOINT,
} from './names.ts';
import type { Places } from './places.ts';
import { accessLogConfiguration, staticConfiguration } from './static-configuration.ts';

type Spec = FileManifest['spec'];

/** The static configuration of a Traefik of our own, as a File; of an adopted one, what it lacks, as a FilePatch. */
export function staticFile(traefik: TraefikManifest, places: Places, house: House): RenderedManifest {
  const { metadata, spec } = traefik;
  const common = {
    // Traefik has no check of its configuration, but ends at once when it cannot use it. Directories that it names may be
    // missing: it only complains of those.
    check: { image: spec.image, command: ['traefik', '--configFile={file}'], runsFor: '3s' },
    onChange: [
      {
        container: places.container,
        restart: true as const,
        loaded: loaded(staticLooks(traefik, places), places, house),
      },
    ],
  } satisfies Pick<Spec, 'check' | 'onChange'>;
  const name = `${metadata.name}-static`;
  if (spec.existing !== undefined)
    return {
      apiVersion: 'bastion.lab/v1',
      kind: 'FilePatch',
      metadata: { name },
      spec: {
        path: places.staticFile,
        set: staticPatch(traefik, places, house),
        overwrite: spec.existing.overwrite,
        ...common,
        // It must see its certificates already when the restart makes it need them.
        dependsOn: [`Container/${places.container}`, `File/${metadata.name}-internal`],
      },
    };
  const configuration = staticConfiguration(traefik, places, house.image(spec.image));
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'File',
    metadata: { name },
    spec: {
      path: places.staticFile,
      content: yamlText(header(keyOf('Traefik', metadata.name)), configuration),
      mode: '0644',
      ...common,
    },
  };
}

/** Keys that an adopted Traefik's static configuration must hold. Lists and tastes (buckets, log level) stay its own. */
function staticPatch({ spec }: TraefikManifest, places: Places, house: House): object {
  const version = imageVersion(house.image(spec.image));
  return {
    entryPoints: {
      [METRICS_ENTRYPOINT]: { address: `:${METRICS_PORT}` },
      [INTERNAL_ENTRYPOINT]: { address: INTERNAL_ADDRESS },
      ...(spec.existing?.ping === true ? { [PING_ENTRYPOINT]: { address: PING_ADDRESS } } : {}),
    },
    metrics: { prometheus: { entryPoint: METRICS_ENTRYPOINT, manualRouting: true, addRoutersLabels: true } },
    ...(spec.existing?.ping === true ? { ping: { entryPoint: PING_ENTRYPOINT } } : {}),
    // Needed to see what is loaded. Without protection it would be open to whoever reaches its port.
    api: { insecure: false, debug: false },
    ...(places.logs === undefined ? {} : { accessLog: accessLogConfiguration(places.logs.inside, version) }),
    providers: { file: { directory: places.dynamic.inside, watch: true } },
  };
}
