import { existsSync, writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Places of the stack and characters of a value that are told of a failure. */
const PLACES = 3;
const LONGEST_VALUE = 2000;

/** What one mocha process found, for the runner to add up. */
export interface GroupResult {
  /** Tests that there are, run or not. */
  readonly planned: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
  /** The titles of what failed, each with its error. */
  readonly failures: readonly { readonly title: string; readonly error: string }[];
  /** How long each spec file took, hooks included. */
  readonly files: readonly { readonly file: string; readonly milliseconds: number }[];
}

/**
 * Mocha's own spec reporter that also writes a GroupResult to the file named by the reporter option `results`. Tests
 * that `skipBecause` (test/support/skip.ts) skipped carry their reason.
 */
export default class SummingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = String((options.reporterOptions as Record<string, unknown> | undefined)?.['results']);
    let planned = 0;
    let passed = 0;
    let failed = 0;
    const failures: { title: string; error: string }[] = [];
    const skipped: { title: string; reason: string }[] = [];
    const files: { file: string; milliseconds: number }[] = [];
    const begun = new Map<Mocha.Suite, number>();
    runner.on(Mocha.Runner.constants.EVENT_SUITE_BEGIN, (suite: Mocha.Suite) => begun.set(suite, Date.now()));
    runner.on(Mocha.Runner.constants.EVENT_SUITE_END, (suite: Mocha.Suite) => {
      if (suite.parent?.root !== true || suite.file === undefined) return;
      files.push({ file: suite.file, milliseconds: Date.now() - (begun.get(suite) ?? Date.now()) });
    });
    // Known only now: a --grep is applied after the reporter was made.
    runner.once(Mocha.Runner.constants.EVENT_RUN_BEGIN, () => (planned = runner.total));
    runner.on(Mocha.Runner.constants.EVENT_TEST_PASS, () => (passed += 1));
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test: Mocha.Test, error: unknown) => {
      failed += 1;
      failures.push({ title: test.fullTitle(), error: described(error) });
    });
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test: Mocha.Test) => {
      skipped.push({ title: test.fullTitle(), reason: skipReason(test) ?? 'no reason given' });
    });
    // The running test ends, and the hooks after it still remove what was made.
    // The file tells a real request from a test that emits the signal to see what the program does.
    const abort = (): void => {
      if (existsSync(stopFile(file))) runner.abort();
    };
    process.on('SIGTERM', abort);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      process.off('SIGTERM', abort);
      writeFileSync(file, JSON.stringify({ planned, passed, failed, failures, skipped, files } satisfies GroupResult));
    });
  }
}

/** File beside the results that asks a run to stop. */
export function stopFile(results: string): string {
  return `${results}.stop`;
}

/** The error with what was expected and found, and the first of our own places in its stack. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { expected, actual } = error as { expected?: unknown; actual?: unknown };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at .*\/(test|src|scripts)\//.test(line));
  const difference = expected === undefined ? [] : [`expected ${inspect(expected)}`, `found    ${inspect(actual)}`];
  return [`${error.name}: ${error.message}`, ...difference, ...places.slice(0, PLACES).map((line) => line.trim())].join(
    '\n',
  );
}

function inspect(value: unknown): string {
  const text = typeof value === 'string' ? value : format('%j', value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)} ...` : text;
}

/** The reason set on the test or the closest suite around it. */
function skipReason(test: Mocha.Test): string | undefined {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at !== undefined; at = at.parent) {
    const { skipReason: reason } = at as { skipReason?: string };
    if (reason !== undefined) return reason;
  }
  return undefined;
}
