import { readFileSync } from 'node:fs';

export type AssetName = 'page.css' | 'page.js';

/** What each is made of, in order: what a script imports comes before it. */
const PARTS: Readonly<Record<AssetName, readonly string[]>> = {
  'page.css': ['theme.css', 'base.css', 'header.css', 'sections.css', 'graph.css', 'media.css'],
  'page.js': ['age.js', 'morph.js', 'open-details.js', 'page.js'],
};

function part(name: string): string {
  const text = readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
  // One module has nothing to import and nobody to export to.
  return name.endsWith('.js') ? text.replace(/^import .*\n/gm, '').replace(/^export /gm, '') : text;
}

/** Text of what the page loads. A build has the texts in place of this module (scripts/support/page-assets.ts). */
export function assetText(name: AssetName): string {
  return PARTS[name].map(part).join('\n');
}
