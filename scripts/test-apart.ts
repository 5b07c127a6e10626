/**
 * Runs the specs of the whole stack on an engine of their own, and writes what they found as JSON into a file.
 *
 * `npm test` starts it in a network namespace of its own, so that what it does to ports, bridges and packet filters meets
 * nobody: neither the tests beside it nor an engine of this machine. Not meant to be started by hand; without the
 * namespace, `npm test -- --only stack` does the same.
 */
import { writeFile } from 'node:fs/promises';
import type { TestEngine } from '../test/support/test-engine.ts';
import { privateEngineDirectory } from './engine.ts';
import { copyImages } from './support/copy-images.ts';
import { privateEngineHost, startPrivateEngine, stopPrivateEngine } from './support/private-engine.ts';
import { mustRun } from './support/run-command.ts';
import { runGroup, type GroupRun } from './support/run-group.ts';
import { STACK_GROUP } from './support/test-groups.ts';

/** The first argument, as JSON. */
export interface ApartRun extends Pick<GroupRun, 'scale' | 'grep'> {
  /** The engine that has the images. */
  readonly from: TestEngine;
  /** File for the GroupOutcome. */
  readonly results: string;
}

const { from, results, scale, grep } = JSON.parse(process.argv[2] ?? '') as ApartRun;
const directory = privateEngineDirectory('stack');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

try {
  await mustRun(['ip', 'link', 'set', 'lo', 'up']);
  await stopPrivateEngine(directory);
  await startPrivateEngine(directory);
  const engine: TestEngine = { ...from, host: privateEngineHost(directory) };
  const available = Object.values(from.images).filter((image) => image.available);
  await copyImages(
    from.host,
    engine.host,
    available.map(({ reference }) => reference),
  );
  const outcome = await runGroup(STACK_GROUP, { engine, scale, grep, live: false }, stop.signal);
  await writeFile(results, JSON.stringify(outcome));
} finally {
  await stopPrivateEngine(directory);
}
