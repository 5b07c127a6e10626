import { createRequire } from 'node:module';
import type * as GrafanaData from '@grafana/data';

/** What the modules of Grafana's front end look for while they are loaded, and nothing that they are asked to do. */
const BROWSER = {
  window: { addEventListener: () => undefined, history: { pushState: () => undefined, replaceState: () => undefined } },
  history: { pushState: () => undefined, replaceState: () => undefined },
  document: {
    head: { appendChild: () => undefined },
    createElement: () => ({ setAttribute: () => undefined }),
    getElementsByTagName: () => [],
  },
  navigator: { language: 'en', languages: ['en'] },
};

/**
 * Grafana's own `@grafana/data`, of the version that is shipped as the image. Its ECMAScript modules cannot be loaded by
 * Node, the others read a few names of a browser: these exist while it is loaded, and formats of dates read the language.
 */
export function grafanaData(): typeof GrafanaData {
  const require = createRequire(import.meta.url);
  const missing = Object.entries(BROWSER).filter(([name]) => !(name in globalThis));
  for (const [name, value] of missing) Object.defineProperty(globalThis, name, { value, configurable: true });
  const quiet = console.info;
  // A library in it advertises itself.
  console.info = () => undefined;
  try {
    const data = require('@grafana/data') as typeof GrafanaData;
    data.getValueFormats();
    return data;
  } finally {
    console.info = quiet;
    for (const [name] of missing) Reflect.deleteProperty(globalThis, name);
  }
}
