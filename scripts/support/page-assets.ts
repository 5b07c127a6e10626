import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform, type Plugin } from 'esbuild';

const NAMES = ['page.css', 'page.js'] as const;

/** Text of the module that stands in for src/status/page/asset-text.ts in a build. */
async function standIn(directory: string): Promise<string> {
  const texts = NAMES.map(async (name) => {
    const text = readFileSync(join(directory, 'browser', name), 'utf8');
    const { code } = await transform(text, { loader: name === 'page.css' ? 'css' : 'js', minify: true });
    return [name, code] as const;
  });
  const byName = Object.fromEntries(await Promise.all(texts));
  return `const TEXTS = ${JSON.stringify(byName)};\nexport const assetText = (name) => TEXTS[name];`;
}

/** esbuild plugin: what the status page loads is part of the program, and smaller. */
export const pageAssets: Plugin = {
  name: 'page-assets',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]status[\\/]page[\\/]asset-text\.ts$/ }, async ({ path }) => ({
      contents: await standIn(dirname(path)),
      watchFiles: NAMES.map((name) => join(dirname(path), 'browser', name)),
      loader: 'js',
    }));
  },
};
