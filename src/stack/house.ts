import type { House, RenderedManifest } from './renderer.ts';

/** What the members of the stack share: networks, and the operator's own certificate. Nothing where there is no member. */
export function renderHouse(_house: House): readonly RenderedManifest[] {
  return [];
}
