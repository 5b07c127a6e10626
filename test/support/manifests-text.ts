import { stringify } from 'yaml';
import type { RenderedManifest } from '../../src/stack/renderer.ts';

/** Rendered manifests as the documents of YAML that a person would have written. */
export function manifestsText(manifests: readonly RenderedManifest[]): string {
  return manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n');
}
