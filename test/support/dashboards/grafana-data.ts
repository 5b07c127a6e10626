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

/** Does something while the names of a browser exist, and takes them away again: nothing else must take this for one. */
export function asInBrowser<T>(act: () => T): T {
  const missing = Object.entries(BROWSER).filter(([name]) => !(name in globalThis));
  for (const [name, value] of missing) Object.defineProperty(globalThis, name, { value, configurable: true });
  try {
    return act();
  } finally {
    for (const [name] of missing) Reflect.deleteProperty(globalThis, name);
  }
}

/**
 * Grafana's own `@grafana/data`, of the version that is shipped as the image. Its ECMAScript modules cannot be loaded by
 * Node; the others read a few names of a browser while they are loaded.
 */
export function grafanaData(): typeof GrafanaData {
  const require = createRequire(import.meta.url);
  const quiet = console.info;
  // A library in it advertises itself.
  console.info = () => undefined;
  try {
    return asInBrowser(() => {
      const data = require('@grafana/data') as typeof GrafanaData;
      // Formats of dates are made at the first look.
      data.getValueFormats();
      return data;
    });
  } finally {
    console.info = quiet;
  }
}
