import { appendFileSync, writeFileSync } from 'node:fs';

/** An empty log that a reader has found, and then the lines in it: what is there at first belongs to the time before. */
export async function fillLog(path: string, lines: readonly string[], find: () => Promise<unknown>): Promise<void> {
  writeFileSync(path, '');
  await find();
  appendFileSync(path, `${lines.join('\n')}\n`);
}
