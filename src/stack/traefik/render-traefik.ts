import type { TraefikManifest } from '../../model/manifest-types.ts';
import { memberDirectory } from '../names.ts';
import type { House, RenderedManifest, Renderer, RenderProblem } from '../renderer.ts';
import { certificates, TRAEFIK_USER } from './certificates.ts';
import { container } from './container.ts';
import { dynamicFiles } from './dynamic-files.ts';
import { METRICS_PORT } from './names.ts';
import { ACCESS_LOG, placesOf, type Places } from './places.ts';
import { routesOf } from './routes.ts';
import { staticFile } from './static-file.ts';

/** The reverse proxy: directories, certificates, configuration, log and container; of an adopted one all but the last. */
export const renderTraefik: Renderer<'Traefik'> = (traefik, house) => {
  const problems = problemsOf(traefik, house);
  if (problems.length > 0) return { manifests: [], problems };
  const places = placesOf(traefik, house.bastion);
  const { routes } = routesOf(house);
  const isOwn = traefik.spec.existing === undefined;
  return {
    manifests: [
      ...(isOwn ? directories(traefik, places, house) : []),
      ...certificates(traefik, places, routes, house),
      staticFile(traefik, places, house),
      ...dynamicFiles(traefik, places, routes, house),
      ...(isOwn ? [container(traefik, places, routes.length > 0, house)] : []),
      ...logFile(traefik, places),
    ],
    service: {
      type: 'traefik',
      at: {
        container: places.container,
        port: METRICS_PORT,
        serverName: places.hostName,
        authority: house.bastion.certificateAuthority,
      },
    },
  };
};

function problemsOf({ metadata, spec }: TraefikManifest, { stack }: House): RenderProblem[] {
  const problems: RenderProblem[] = [];
  const refuse = (message: string, ...path: string[]): number => problems.push({ path, message });
  const [first] = stack.Traefik;
  if (first !== undefined && first.metadata.name !== metadata.name)
    refuse(`a house has one Traefik, and Traefik/${first.metadata.name} is that`, 'kind');
  const { strict, public: open } = spec.tlsOptions;
  for (const [field, name] of Object.entries(spec.tlsOptions))
    if (name === 'default')
      refuse('is the option of all routers that name none: choose another name', 'spec', 'tlsOptions', field);
  if (strict === open) refuse('is the name of the strict option too', 'spec', 'tlsOptions', 'public');
  if (spec.existing === undefined && spec.ports.web !== 0 && spec.ports.websecure === 0)
    refuse('sends everything on to websecure, which has no port: set it to 0 too', 'spec', 'ports', 'web');
  return problems;
}

function directories(
  { metadata }: TraefikManifest,
  { dynamic, logs }: Places,
  { bastion }: House,
): readonly RenderedManifest[] {
  const directory = (what: string, path: string, owner: number): RenderedManifest => ({
    apiVersion: 'bastion.lab/v1',
    kind: 'Directory',
    metadata: { name: `${metadata.name}-${what}` },
    spec: { path, owner, group: owner, mode: '0755' },
  });
  return [
    directory('config', memberDirectory(metadata.name, 'config', bastion), 0),
    directory('dynamic', dynamic.host, 0),
    ...(logs === undefined ? [] : [directory('logs', logs.host, TRAEFIK_USER)]),
  ];
}

function logFile(
  { metadata, spec }: TraefikManifest,
  { container: writer, logs }: Places,
): readonly RenderedManifest[] {
  if (logs === undefined) return [];
  const { maxSize, keep } = spec.accessLog;
  return [
    {
      apiVersion: 'bastion.lab/v1',
      kind: 'LogFile',
      metadata: { name: `${metadata.name}-access-log` },
      spec: { path: `${logs.host}/${ACCESS_LOG}`, maxSize, keep, container: writer, signal: 'SIGUSR1' },
    },
  ];
}
