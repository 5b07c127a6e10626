import { keyOf } from '../../model/key.ts';
import type { TraefikManifest } from '../../model/manifest-types.ts';
import { header } from '../header.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import type { Dynamic } from './dynamic-types.ts';
import { dynamicText, type DynamicText } from './dynamic-text.ts';
import { internalPart } from './internal-part.ts';
import { enabled, loaded, type Look } from './loaded.ts';
import { hostCertificate, type Places } from './places.ts';
import type { Route } from './route.ts';
import { routesPart } from './routes-part.ts';
import { tlsPart } from './tls-part.ts';

/**
 * The dynamic configuration: one file, so that a version of it goes live, is seen to be loaded, and goes back as a whole.
 *
 * An adopted Traefik gets two. It runs before we come, so there is an order to keep: certificates, then options and the
 * routers of the API, then the static configuration, whose restart opens the entrypoint at which the operator can look for
 * the first time, then the routes, which are verified there. The second file names the version of the first, so that a
 * change of the first is verified with it.
 */
export function dynamicFiles(
  traefik: TraefikManifest,
  places: Places,
  routes: readonly Route[],
  house: House,
): readonly RenderedManifest[] {
  const { name } = traefik.metadata;
  const head = header(keyOf('Traefik', name));
  const internal = [tlsPart(traefik, places, routes.length > 0), internalPart(traefik, places)];
  const certificates = [name, ...(routes.length > 0 ? [hostCertificate(name)] : [])].map(
    (each) => `Certificate/${each}`,
  );
  const rest = routesPart(traefik, places, routes);
  const fileOf = (
    { text }: DynamicText,
    as: {
      readonly name: string;
      readonly file: string;
      readonly after: readonly string[];
      readonly looks: readonly Look[];
    },
  ): RenderedManifest => {
    const [first, ...others] = as.looks;
    return {
      apiVersion: 'bastion.lab/v1',
      kind: 'File',
      metadata: { name: as.name },
      spec: {
        path: `${places.dynamic.host}/${as.file}`,
        content: text,
        mode: '0644',
        ...(first === undefined
          ? {}
          : {
              onChange: [
                { container: places.container, signal: 'SIGHUP', loaded: loaded([first, ...others], places, house) },
              ],
            }),
        dependsOn: as.after,
      },
    };
  };

  if (traefik.spec.existing === undefined) {
    const whole = dynamicText(head, [...internal, rest]);
    const looks = [enabled('http/middlewares', whole.marker), ...routerLooks([...internal, rest])];
    return [
      fileOf(whole, {
        name: `${name}-dynamic`,
        file: 'bastion.yml',
        after: [...certificates, `File/${name}-static`],
        looks,
      }),
    ];
  }
  const first = dynamicText(head, internal);
  const second = dynamicText(`${head}# It goes with ${first.marker}.\n`, [rest]);
  return [
    fileOf(first, { name: `${name}-internal`, file: 'bastion-internal.yml', after: certificates, looks: [] }),
    fileOf(second, {
      name: `${name}-routes`,
      file: 'bastion-routes.yml',
      after: [`FilePatch/${name}-static`],
      looks: [
        ...[second, first].map(({ marker }) => enabled('http/middlewares', marker)),
        ...routerLooks([...internal, rest]),
      ],
    }),
  ];
}

/** Every router of ours must be in use: one that disagrees with another about its host's TLS options is not. */
function routerLooks(parts: readonly Dynamic[]): Look[] {
  const names = (pick: (part: Dynamic) => object | undefined): string[] =>
    parts.flatMap((part) => Object.keys(pick(part) ?? {}));
  return [
    ...names(({ http }) => http?.routers).map((each) => enabled('http/routers', each)),
    ...names(({ tcp }) => tcp?.routers).map((each) => enabled('tcp/routers', each)),
  ];
}
