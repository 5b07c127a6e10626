import { readFileSync } from 'node:fs';

export type AssetName = 'page.css' | 'page.js';

/** Text of what the page loads. A build has the texts in place of this module (scripts/support/page-assets.ts). */
export function assetText(name: AssetName): string {
  return readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
}
