import { runCommand, type CommandResult } from './run-command.ts';

/** A check of the repository that counts as one test. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** What to do about a failure. */
  readonly hint: string;
}

const NODE = process.execPath;

/** Built first, since tests run the bundle. */
export const BUILD: Check = {
  name: 'build',
  command: [NODE, '--import', 'tsx', 'scripts/build.ts'],
  hint: 'npm run build',
};

export const CHECKS: readonly Check[] = [
  { name: 'types', command: [NODE, 'node_modules/typescript/bin/tsc', '-p', '.'], hint: 'npm run typecheck' },
  { name: 'lint', command: [NODE, 'node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'], hint: 'npm run lint' },
  {
    name: 'format',
    command: [NODE, 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
    hint: 'npm run format',
  },
  {
    name: 'generated types',
    command: [NODE, '--import', 'tsx', 'scripts/generate-types.ts', '--check'],
    hint: 'npm run generate',
  },
  {
    name: 'generated documentation',
    command: [NODE, '--import', 'tsx', 'scripts/generate-docs.ts', '--check'],
    hint: 'npm run generate',
  },
  {
    name: 'generated dashboards',
    command: [NODE, '--import', 'tsx', 'scripts/generate-dashboards.ts', '--check'],
    hint: 'npm run generate',
  },
];

/** Runs one check, its output collected. */
export function runCheck(check: Check, signal: AbortSignal): Promise<CommandResult> {
  return runCommand(check.command, { signal, deadlineMilliseconds: 600_000 });
}
