import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Scratch directory of the demo: its copy of the desired state, gates, state, root and this record. */
export const DEMO_DIRECTORY = join(dirname(fileURLToPath(import.meta.url)), '../../.demo');

/** What `--down` must know. */
export interface DemoRecord {
  /** Engine that the demo runs on. */
  readonly host: string;
  /** The engine is a dockerd that the demo started. */
  readonly privateEngine: boolean;
  /** Images that the demo brought onto it. */
  readonly images: readonly string[];
  /** Process id of the running operator. */
  readonly operator?: number;
  /** Who ends that operator from another terminal: one that removes the demo, or one that goes on with it. */
  readonly endedBy?: 'down' | 'up';
}

const FILE = join(DEMO_DIRECTORY, 'demo.json');

/** The record of an earlier demo; undefined when there is none. */
export function readDemoRecord(): DemoRecord | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as DemoRecord) : undefined;
}

export async function writeDemoRecord(record: DemoRecord): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(record, null, 2)}\n`);
}
