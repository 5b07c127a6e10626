import { keyOf } from '../model/key.ts';
import type { Renderer } from './renderer.ts';
import { routesOf } from './traefik/routes.ts';

/**
 * An application's route is part of Traefik's dynamic configuration and its scrape of Prometheus's targets, so that both go
 * when it goes. Here it says who serves it, and what is wrong with it.
 */
export const renderMonitoredService: Renderer<'MonitoredService'> = ({ metadata, spec }, house) => ({
  manifests: [],
  servedBy: [
    ...(spec.container === undefined ? [] : [keyOf('Container', spec.container)]),
    ...house.stack.Traefik.map((traefik) => keyOf('Traefik', traefik.metadata.name)),
  ],
  problems: routesOf(house).problems.get(metadata.name) ?? [],
});
