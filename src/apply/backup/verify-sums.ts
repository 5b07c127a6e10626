import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKUP_FILES } from '../../model/backup.ts';
import { digestFile } from './stream.ts';
import { parseSums } from './sums.ts';
import { listTree } from './tree.ts';

const NOT_SUMMED: ReadonlySet<string> = new Set(Object.values(BACKUP_FILES));
const NAMED = 3;

/**
 * Reads a whole backup back: undefined when every file is there as its checksum says and no other is; else what is wrong,
 * in words.
 *
 * @param onFile called before each file is read
 */
export async function sumsProblem(
  path: string,
  onFile: (path: string) => void = () => undefined,
): Promise<string | undefined> {
  let sums: ReturnType<typeof parseSums>;
  const found = new Set<string>();
  try {
    sums = parseSums(await readFile(join(path, BACKUP_FILES.sums), 'utf8'));
    for (const file of await listTree(path)) if (!NOT_SUMMED.has(file.path)) found.add(file.path);
  } catch (error) {
    return (error as Error).message;
  }
  const missing = [...sums.keys()].filter((file) => !found.has(file));
  if (missing.length > 0) return `${list(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const more = [...found].filter((file) => !sums.has(file));
  if (more.length > 0) return `${list(more)} ${more.length === 1 ? 'has' : 'have'} no checksum`;
  const wrong: string[] = [];
  for (const [file, wanted] of sums) {
    onFile(file);
    const digest = await digestFile(join(path, file)).then(
      (streamed) => streamed.digest,
      (error: Error) => error.message,
    );
    if (digest !== wanted) wrong.push(file);
  }
  return wrong.length === 0 ? undefined : `${list(wrong)} ${wrong.length === 1 ? 'is' : 'are'} not as written`;
}

function list(files: readonly string[]): string {
  const more = files.length - NAMED;
  return files.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
