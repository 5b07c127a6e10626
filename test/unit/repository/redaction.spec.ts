import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { StepError } from '../../../src/apply/step-error.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { ContainerInspect } from '../../../src/engine/wire.ts';
import type { Condition } from '../../../src/model/condition.ts';
import type { OutcomeError } from '../../../src/model/outcome.ts';
import type { StatusSnapshot } from '../../../src/model/status.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { inspectedContainer } from '../../../src/observe/containers.ts';
import { compose } from '../../../src/notify/compose.ts';
import { genericBody } from '../../../src/notify/format/generic.ts';
import { ntfyBody } from '../../../src/notify/format/ntfy.ts';
import { slackBody } from '../../../src/notify/format/slack.ts';
import { notificationVariables } from '../../../src/notify/format/variables.ts';
import { standingOf } from '../../../src/notify/standing.ts';
import { planJson } from '../../../src/plan/render-json.ts';
import { MemoryStore } from '../../../src/runtime/memory-store.ts';
import { HistoryWriter, readHistory, type HistoryLine } from '../../../src/status/history.ts';
import { createJsonLog } from '../../../src/status/log.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { StatusPage } from '../../../src/status/page/status-page.ts';
import { statusJson } from '../../../src/status/status-json.ts';
import { createTerminalLog } from '../../../src/status/terminal-log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NOW, plan, planned, snapshot, stepFinished, updateStep } from '../../support/trace-events.ts';

const SECRET = 'hunter2';
/** Long enough before it that a cut which comes before the redaction would leave half of the address. */
const SAID = `${'x'.repeat(370)} cannot connect to http://u:${SECRET}@database.internal.example/ (password=${SECRET})`;

const INSPECT = {
  Id: 'a',
  Name: '/web',
  Created: '2026-01-01T00:00:00Z',
  Image: 'sha256:1',
  RestartCount: 0,
  Config: { Labels: {} },
  Mounts: [],
  NetworkSettings: { Networks: {} },
  State: {
    Status: 'running',
    Health: { Status: 'unhealthy', Log: [{ Output: SAID }] },
    ExitCode: 0,
    Error: SAID,
    StartedAt: '2026-01-01T00:00:00Z',
    FinishedAt: '2026-01-01T00:00:00Z',
  },
} as unknown as ContainerInspect;

const FINDING = { severity: 'error', rule: 'x', source: { file: 'a.yaml', line: 1, column: 1 } } as const;

function errorOf(thrown: unknown): OutcomeError {
  const outcome = outcomeOfError(thrown);
  return 'error' in outcome ? outcome.error : { code: 'none', message: JSON.stringify(outcome) };
}

/** What others say, by the way it comes in, as the planner and the trace get it. */
const SOURCES: Readonly<Record<string, () => string>> = {
  'the output of a health check': () => inspectedContainer(INSPECT, {}).healthOutput,
  'the error of a start': () => inspectedContainer(INSPECT, {}).error,
  'the output of a check': () => errorOf(new StepError('CONFIG_REJECTED', SAID)).message,
  'the body of a consumer': () => errorOf(new StepError('NOT_LOADED', SAID)).message,
  'an error of the engine': () => errorOf(new EngineError('ENGINE_FAULT', 'POST /x', SAID)).message,
  'an error of the engine, as itself': () => new EngineError('ENGINE_FAULT', 'POST /x', SAID).message,
  'a build': () => new EngineError('BUILD_FAILED', 'POST /build', SAID).detail,
  'whatever else is thrown': () => errorOf(new Error(SAID)).message,
};

/** The status page. */
function pageText(told: StatusSnapshot, history: readonly HistoryLine[]): string {
  const source = { snapshot: () => told, history: () => history, now: () => NOW };
  return new StatusPage(source).answer('/', undefined)?.body ?? '';
}

describe('a secret in what others say', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'bastion-redaction-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Everything that a text from outside can get into. */
  async function shown(message: string): Promise<string> {
    const condition: Condition = {
      key: 'Container/web',
      type: 'Degraded',
      reason: 'Bad',
      message,
      observedHash: 'v1:1',
    };
    const error = { code: 'BAD', message };
    const step = updateStep('Container/web', [], { cause: `rolled back: ${message}` });
    const made = plan([condition], { steps: [step] });
    const events: TraceEvent[] = [
      planned(made),
      { type: 'engine-lost', at: NOW, message },
      { type: 'condition-changed', at: NOW, condition, previous: undefined },
      { type: 'step-started', at: NOW, step },
      { type: 'step-progress', at: NOW, step, text: message },
      stepFinished(step, { type: 'retry', error }),
      stepFinished(step, { type: 'requeueAfter', milliseconds: 1, reason: message }),
    ];
    const clock = new FakeClock();
    const memory = await MemoryStore.open(directory, { clock, onFault: () => undefined });
    await memory.recordRollback('Container/web', 'v1:1', message);
    memory.set('backoffs', 'Container/web', { specHash: 'v1:1', failures: 1, notBefore: 1, error, terminal: false });
    await memory.close();
    let texts = '';
    const write = (text: string): void => void (texts += text);
    const options = { formatFinding: () => '', level: 'debug' } as const;
    const metrics = new Metrics({ clock, version: '1', processMetrics: false });
    const consumers = [
      createTerminalLog({ ...options, write, color: false, times: false }),
      createJsonLog({ ...options, destination: { write } }),
      new HistoryWriter(directory),
      metrics,
    ];
    for (const event of events) for (const consumer of consumers) consumer.consume(event);
    const conditions = [{ ...condition, status: true, since: NOW }];
    const resources = [{ ...snapshot().resources[0], conditions }] as ReturnType<typeof snapshot>['resources'];
    const told = snapshot({ headline: message, resources, plan: { digest: '', steps: [step], faults: [] } });
    const standing = standingOf(
      { ...told, result: 'failing', findings: [{ ...FINDING, message }] },
      { settle: 0, unreachableAfter: 0, certificateExpiry: [] },
      NOW,
    );
    const news = [...standing.problems.values()].map((problem) => ({ type: 'problem', problem, since: NOW }) as const);
    const notified = compose(news, { instance: 'demo', at: NOW, link: undefined }).flatMap((notification) => [
      ntfyBody(notification, 'topic'),
      slackBody(notification),
      genericBody(notification),
      notificationVariables(notification),
    ]);
    expect(notified).to.have.lengthOf(8);
    const kept = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    return [
      texts,
      JSON.stringify(statusJson(told, true)),
      pageText(told, readHistory(directory, { limit: 10 })),
      JSON.stringify(planJson(made)),
      JSON.stringify(notified),
      await metrics.text(),
      ...kept,
    ].join('\n');
  }

  for (const [name, said] of Object.entries(SOURCES))
    it(`is not shown, logged or kept: ${name}`, async () => {
      const everything = await shown(said());
      expect(everything).not.to.contain(SECRET.slice(0, 4));
      expect(everything).to.contain('cannot connect');
    });
});
