import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const MINUTE = 60_000;

/** One folder below `test/` whose specs run in one process. */
export interface TestGroup {
  readonly name: string;
  /** Of one test, in milliseconds. */
  readonly timeout: number;
  /** Of the group, in milliseconds. */
  readonly deadline: number;
  /** Whether it uses the real engine. */
  readonly engine: boolean;
  /** Whether it counts for the coverage of the source. */
  readonly coverage: boolean;
}

/** Specs that need nothing of this machine but its processor. */
export const PURE_GROUPS: readonly TestGroup[] = [
  { name: 'unit', timeout: 10_000, deadline: 20 * MINUTE, engine: false, coverage: true },
  { name: 'sim', timeout: 10 * MINUTE, deadline: 30 * MINUTE, engine: false, coverage: true },
];

/** Specs on the real engine, most of whose time is waiting. */
export const ENGINE_GROUPS: readonly TestGroup[] = [
  { name: 'contract', timeout: MINUTE, deadline: 15 * MINUTE, engine: true, coverage: false },
  { name: 'e2e', timeout: 5 * MINUTE, deadline: 60 * MINUTE, engine: true, coverage: false },
];

/** Specs of the whole monitoring stack. They take the machine's ports 80, 443, 9100 and restart their engine. */
export const STACK_GROUP: TestGroup = {
  name: 'stack',
  timeout: 5 * MINUTE,
  deadline: 60 * MINUTE,
  engine: true,
  coverage: false,
};

/** Every group, in the order in which they are told of. */
export const ALL_GROUPS: readonly TestGroup[] = [...PURE_GROUPS, ...ENGINE_GROUPS, STACK_GROUP];

/** The spec files of a group, sorted. */
export function specFiles({ name }: TestGroup): string[] {
  const directory = join('test', name);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => join(directory, path))
    .sort();
}
