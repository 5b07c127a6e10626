import { relative } from 'node:path';
import type { GroupOutcome } from './mocha-group.ts';

/** Files whose time is printed: where to look first when the whole takes too long. */
const SHOWN_FILES = 30;

/** Adds up what checks and groups found and prints it. */
export class TestTally {
  #passed = 0;
  #failed = 0;
  readonly #failures: string[] = [];
  readonly #skipped: { readonly title: string; readonly reason: string }[] = [];

  readonly #files = new Map<string, number>();

  pass(): void {
    this.#passed += 1;
  }

  /** A failure that no group counts itself. */
  fail(what: string): void {
    this.#failed += 1;
    this.#failures.push(what);
  }

  add(group: string, outcome: GroupOutcome): void {
    this.#passed += outcome.passed;
    this.#failed += outcome.failed;
    // Once more and in full: of a long output often only the end is kept.
    for (const { title, error } of outcome.failures)
      this.#failures.push([`${group}: ${title}`, ...error.split('\n')].join('\n      '));
    for (const fault of outcome.faults) this.fail(fault);
    this.#skipped.push(...outcome.skipped);
    for (const { file, milliseconds } of outcome.files)
      this.#files.set(file, (this.#files.get(file) ?? 0) + milliseconds);
  }

  get exitCode(): number {
    return this.#failed > 0 || this.#passed === 0 ? 1 : 0;
  }

  /** The slowest files, skipped tests by name, failures in short, and the sum as the last line. */
  print(): void {
    const slowest = [...this.#files].sort(([, one], [, other]) => other - one).slice(0, SHOWN_FILES);
    if (slowest.length > 0) console.log('\nSlowest files:');
    for (const [file, milliseconds] of slowest)
      console.log(`  ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${relative('.', file)}`);
    if (this.#skipped.length > 0) console.log('\nSkipped:');
    for (const { title, reason } of this.#skipped) console.log(`  - ${title}: ${reason}`);
    if (this.#failures.length > 0) console.log('\nFailed:');
    for (const failure of this.#failures) console.log(`  - ${failure}`);
    console.log(`\n${this.#passed} passed, ${this.#failed} failed, ${this.#skipped.length} skipped`);
  }
}
