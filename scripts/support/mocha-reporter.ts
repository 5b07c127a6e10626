import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What one mocha process found, for the runner to add up. */
export interface GroupResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/**
 * Mocha's own spec reporter that also writes a GroupResult to the file named by the reporter option `results`. Tests
 * that `skipBecause` (test/support/skip.ts) skipped carry their reason.
 */
export default class SummingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = String((options.reporterOptions as Record<string, unknown> | undefined)?.['results']);
    let passed = 0;
    let failed = 0;
    const skipped: { title: string; reason: string }[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_PASS, () => (passed += 1));
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, () => (failed += 1));
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test: Mocha.Test) => {
      skipped.push({ title: test.fullTitle(), reason: skipReason(test) ?? 'no reason given' });
    });
    // The running test ends, and the hooks after it still remove what was made.
    const abort = (): void => void runner.abort();
    process.once('SIGTERM', abort);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      process.off('SIGTERM', abort);
      writeFileSync(file, JSON.stringify({ passed, failed, skipped } satisfies GroupResult));
    });
  }
}

/** The reason set on the test or the closest suite around it. */
function skipReason(test: Mocha.Test): string | undefined {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at !== undefined; at = at.parent) {
    const { skipReason: reason } = at as { skipReason?: string };
    if (reason !== undefined) return reason;
  }
  return undefined;
}
