import { createHash } from 'node:crypto';
import { assetText, type AssetName } from './asset-text.ts';

export interface Asset {
  /** Holds a digest of the content, so that a browser may keep it for good. */
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

const TYPES: Readonly<Record<AssetName, string>> = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
};

/** A file that the page loads, under a path that changes with its content. */
export function pageAsset(name: AssetName): Asset {
  const body = assetText(name);
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { path: `/page/${name.replace('.', `-${digest}.`)}`, type: TYPES[name], body };
}
