import type { Renderer } from './renderer.ts';
import { routesOf } from './traefik/routes.ts';

/**
 * An application's route is part of Traefik's dynamic configuration and its scrape of Prometheus's targets, so that both go
 * when it goes. Here it says what is wrong with it.
 */
export const renderMonitoredService: Renderer<'MonitoredService'> = ({ metadata }, house) => ({
  manifests: [],
  problems: routesOf(house).problems.get(metadata.name) ?? [],
});
