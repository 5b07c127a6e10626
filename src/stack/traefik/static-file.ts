import { keyOf } from '../../model/key.ts';
import type { FileManifest, TraefikManifest } from '../../model/manifest-types.ts';
import { header } from '../header.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { yamlText } from '../yaml-text.ts';
import { loaded, staticLooks } from './loaded.ts';
import type { Places } from './places.ts';
import { staticConfiguration } from './static-configuration.ts';

type Spec = FileManifest['spec'];

/** The static configuration of a Traefik of our own. */
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
