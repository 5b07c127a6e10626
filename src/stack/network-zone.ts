import type { Renderer } from './renderer.ts';
import { zonesOf } from './zones.ts';

/** A zone is no object of its own: it goes into the configuration of the exporter. Here it says what is wrong with it. */
export const renderNetworkZone: Renderer<'NetworkZone'> = ({ metadata }, house) => ({
  manifests: [],
  problems: zonesOf(house).problems.flatMap(({ networkZone, path, message }) =>
    networkZone === metadata.name ? [{ path, message }] : [],
  ),
});
