import { TEST_ENGINE_VARIABLE, type TestEngine } from '../../test/support/test-engine.ts';
import { runMochaGroup, type GroupOutcome } from './mocha-group.ts';
import { specFiles, type TestGroup } from './test-groups.ts';

/** Where the coverage of the source is collected. */
export const COVERAGE = 'coverage/tmp';

/** How a group is run. */
export interface GroupRun {
  /** The engine and images; undefined: there is none, and the tests that need it fail or are skipped. */
  readonly engine: TestEngine | undefined;
  /** Factor on deadlines: BASTION_TEST_SCALE. */
  readonly scale: number;
  /** Only tests with this in their title. */
  readonly grep?: string | undefined;
  /** Whether the report goes to the terminal while it runs. */
  readonly live: boolean;
}

/** Runs the specs of one group in a mocha process of its own. A group without specs has one fault. */
export async function runGroup(group: TestGroup, run: GroupRun, signal: AbortSignal): Promise<GroupOutcome> {
  const files = specFiles(group);
  if (files.length === 0) {
    const faults = [`${group.name}: there are no spec files`];
    return { planned: 0, passed: 0, failed: 0, failures: [], skipped: [], files: [], output: '', faults };
  }
  const engine = group.engine ? run.engine : undefined;
  return runMochaGroup(
    {
      name: group.name,
      files,
      live: run.live,
      timeoutMilliseconds: group.timeout * run.scale,
      deadlineMilliseconds: group.deadline * run.scale,
      arguments: run.grep === undefined ? [] : ['--grep', run.grep],
      env: {
        // Unit tests and simulations must not find an engine by accident.
        DOCKER_HOST: engine?.host ?? 'unix:///nonexistent/docker.sock',
        [TEST_ENGINE_VARIABLE]: engine === undefined ? '' : JSON.stringify(engine),
        ...(group.coverage && run.grep === undefined ? { NODE_V8_COVERAGE: COVERAGE } : {}),
      },
    },
    signal,
  );
}
