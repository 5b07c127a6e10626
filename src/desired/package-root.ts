import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Directory of the package: the closest one above this module that holds crds-like/. Works from the sources and from
 * a bundle below dist/ alike. Throws when there is none, which means that the installation is incomplete.
 */
export function packageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let directory = dirname(from); ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'crds-like', 'container.schema.json'))) return directory;
    if (directory === dirname(directory))
      throw new Error(`No crds-like/ directory above ${from}: the installation is incomplete, install it again`);
  }
}
