import { transform, type Plugin } from 'esbuild';
import { assetText, type AssetName } from '../../src/status/page/asset-text.ts';

const LOADERS: Readonly<Record<AssetName, 'css' | 'js'>> = { 'page.css': 'css', 'page.js': 'js' };

/** Text of the module that stands in for src/status/page/asset-text.ts in a build. */
async function standIn(): Promise<string> {
  const texts = Object.entries(LOADERS).map(async ([name, loader]) => {
    const { code } = await transform(assetText(name as AssetName), { loader, minify: true });
    return [name, code] as const;
  });
  const byName = Object.fromEntries(await Promise.all(texts));
  return `const TEXTS = ${JSON.stringify(byName)};\nexport const assetText = (name) => TEXTS[name];`;
}

/** esbuild plugin: what the status page loads is part of the program, and smaller. */
export const pageAssets: Plugin = {
  name: 'page-assets',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]status[\\/]page[\\/]asset-text\.ts$/ }, async () => ({
      contents: await standIn(),
      loader: 'js',
    }));
  },
};
