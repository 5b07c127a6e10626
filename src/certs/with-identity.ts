import type { DialIdentity } from './dial.ts';
import type { CertificateFiles } from './files.ts';
import { readLive } from './pair-store.ts';

/**
 * Lets somebody present the pair that is live in a directory; the key is wiped afterwards. Where there is none, or none
 * that can be read, they do without: what is served is worth knowing all the same.
 *
 * @param directory of the Certificate that is presented; undefined: none is
 * @throws whatever `use` throws
 */
export async function withIdentity<T>(
  files: CertificateFiles,
  directory: string | undefined,
  use: (identity: DialIdentity | undefined) => Promise<T>,
): Promise<T> {
  const live = directory === undefined ? undefined : await readLive(files, directory).catch(() => undefined);
  if (live === undefined) return use(undefined);
  const { certificate, key } = live;
  try {
    return await use({ certificate, key });
  } finally {
    key.fill(0);
  }
}
