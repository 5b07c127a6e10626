import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CONDITION_TYPES } from '../model/condition.ts';
import { KINDS, parseKey, type Key } from '../model/key.ts';
import type { Plan } from '../model/plan.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';
import { BackupMetrics } from './backup-metrics.ts';
import { CertificateMetrics } from './certificate-metrics.ts';
import { LoopMetrics } from './loop-metrics.ts';
import { NotificationMetrics } from './notification-metrics.ts';
import { boundedField, DRIFT_FIELDS, OPERATIONS, OUTCOMES, PASS_RESULTS, WHOLE_OBJECT } from './metric-labels.ts';

const CLOCKS = ['desired_read', 'full_diff', 'converged'] as const;

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>;

/**
 * The operator's metrics, fed by trace events alone. Names follow controller-runtime where it has one
 * (reconcile_total, reconcile_errors_total, terminal_reconcile_errors_total, reconcile_panics_total,
 * reconcile_time_seconds). Every series whose labels are known beforehand exists, with 0, from the first scrape.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #keys = new Set<Key>();
  /** Gates whose turn it is for the human, with the time (ms since the epoch) of its beginning. */
  readonly #waiting = new Map<string, number>();
  readonly #certificates = new CertificateMetrics(this.registry);
  readonly #loops = new LoopMetrics(this.registry);
  readonly #backups = new BackupMetrics(this.registry);
  readonly #notifications = new NotificationMetrics(this.registry);
  #sawFull = false;

  readonly #passes = this.#counter('bastion_reconcile_total', 'Passes of the loop by result.', ['result']);
  readonly #passErrors = this.#counter('bastion_reconcile_errors_total', 'Passes that ended failing or stopped.');
  readonly #terminal = this.#counter(
    'bastion_terminal_reconcile_errors_total',
    'Steps that failed in a way that is not tried again before the spec changes.',
  );
  readonly #panics = this.#counter('bastion_reconcile_panics_total', 'Faults of the operator itself that were caught.');
  readonly #passTime = this.#histogram(
    'bastion_reconcile_time_seconds',
    'Duration of a pass.',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  );
  readonly #steps = this.#counter('bastion_steps_total', 'Steps by operation and outcome.', ['op', 'outcome']);
  readonly #drift = this.#counter(
    'bastion_drift_total',
    'Drift found, by kind and field (map keys stripped; `object`: missing or stopped as a whole).',
    ['kind', 'field'],
  );
  readonly #heal = this.#histogram(
    'bastion_heal_seconds',
    'From the first sight of a drift to Ready again.',
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  );
  readonly #conditions = this.#gauge(
    'bastion_resource_condition',
    'Whether a condition holds for a resource: 1 or 0. Ready is 0 while nobody looks (no engine, no desired state).',
    ['kind', 'name', 'type'],
  );
  readonly #gateOpen = this.#gauge('bastion_gate_open', 'Whether a gate is open: 1 or 0.', ['gate']);
  readonly #gateWaiting: Gauge;
  readonly #clocks = this.#gauge(
    'bastion_clock_timestamp_seconds',
    'When the desired state was last read, fully compared, and found converged; 0 before the first time.',
    ['clock'],
  );
  readonly #engineUp = this.#gauge('bastion_engine_up', 'Whether the engine answers: 1 or 0.');
  readonly #engineCalls = this.#counter('bastion_engine_observe_calls_total', 'Engine calls made to observe.');
  readonly #missed = this.#counter('bastion_events_missed_total', 'Changes that only a relist found.');
  readonly #faults = this.#gauge(
    'bastion_normaliser_fault_fields',
    'Fields that differ right after the operator applied them: a fault of its normaliser, left alone.',
  );
  readonly #findings = this.#gauge('bastion_desired_findings', 'Problems in the desired state.', ['severity']);
  readonly #planSteps = this.#gauge('bastion_plan_steps', 'Steps of the last plan.', ['blocked']);
  readonly #build = this.#gauge('bastion_build_info', 'Always 1; labels say what runs.', ['version', 'node']);

  /** `processMetrics: false` leaves out prom-client's default metrics (they observe the whole process). */
  constructor(options: { clock: Clock; version: string; processMetrics?: boolean }) {
    const waiting = this.#waiting;
    this.#gateWaiting = new Gauge({
      name: 'bastion_gate_waiting_seconds',
      help: 'For how long a gate has been waiting for the human; 0 when it is not their turn.',
      labelNames: ['gate'],
      registers: [this.registry],
      collect() {
        for (const [gate, since] of waiting) this.set({ gate }, Math.max(0, options.clock.now() - since) / 1000);
      },
    });
    for (const result of PASS_RESULTS) this.#passes.inc({ result }, 0);
    for (const op of OPERATIONS) for (const outcome of OUTCOMES) this.#steps.inc({ op, outcome }, 0);
    for (const kind of KINDS) for (const field of DRIFT_FIELDS[kind] ?? []) this.#drift.inc({ kind, field }, 0);
    for (const clock of CLOCKS) this.#clocks.set({ clock }, 0);
    for (const severity of ['error', 'warning']) this.#findings.set({ severity }, 0);
    for (const blocked of ['true', 'false']) this.#planSteps.set({ blocked }, 0);
    this.#build.set({ version: options.version, node: process.version }, 1);
    if (options.processMetrics ?? true)
      collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  /** The exposition text. */
  text(): Promise<string> {
    this.#certificates.refresh();
    this.#loops.refresh();
    return this.registry.metrics();
  }

  consume(event: TraceEvent): void {
    this.#certificates.consume(event);
    this.#loops.consume(event);
    this.#backups.consume(event);
    this.#notifications.consume(event);
    switch (event.type) {
      case 'pass-finished':
        this.#passes.inc({ result: event.result });
        if (event.result === 'failing' || event.result === 'stopped') this.#passErrors.inc();
        if (event.result === 'converged') this.#tick('converged', event.at);
        if (event.result === 'stopped') this.#doubtReady();
        this.#passTime.observe(event.milliseconds / 1000);
        break;
      case 'step-finished':
        this.#steps.inc({ op: event.step.op, outcome: event.outcome.type });
        if (event.outcome.type === 'terminal') this.#terminal.inc();
        break;
      case 'drift-found':
        this.#countDrift(event);
        break;
      case 'healed':
        this.#heal.observe(event.milliseconds / 1000);
        break;
      case 'planned':
        this.#showPlan(event.plan, event.at);
        break;
      case 'gate-waiting':
        this.#waiting.set(nameOf(event.key), event.at);
        break;
      case 'gate-turn':
        if (event.awaitingHuman) this.#waiting.set(nameOf(event.key), event.since);
        else this.#stopWaiting(nameOf(event.key));
        break;
      case 'gate-opened':
      case 'gate-closed':
        this.#gateOpen.set({ gate: nameOf(event.key) }, event.type === 'gate-opened' ? 1 : 0);
        this.#stopWaiting(nameOf(event.key));
        break;
      case 'desired-loaded':
        this.#tick('desired_read', event.at);
        for (const severity of ['error', 'warning'])
          this.#findings.set({ severity }, event.findings.filter((finding) => finding.severity === severity).length);
        break;
      case 'desired-confirmed':
        this.#tick('desired_read', event.at);
        break;
      case 'observed':
        this.#engineUp.set(1);
        this.#engineCalls.inc(event.calls);
        this.#sawFull ||= event.full;
        break;
      case 'engine-connected':
      case 'engine-lost':
        this.#engineUp.set(event.type === 'engine-connected' ? 1 : 0);
        break;
      case 'event-missed':
        this.#missed.inc();
        break;
      case 'fault':
        this.#panics.inc();
        break;
      default:
        break;
    }
  }

  #countDrift(event: Of<'drift-found'>): void {
    const kind = parseKey(event.key)?.kind ?? 'other';
    const fields = new Set(event.fields.map((change) => boundedField(change.path)));
    for (const field of fields.size === 0 ? [WHOLE_OBJECT] : fields) this.#drift.inc({ kind, field });
  }

  #showPlan(plan: Plan, at: number): void {
    if (this.#sawFull) this.#tick('full_diff', at);
    this.#sawFull = false;
    this.#faults.set(plan.faults.length);
    const blocked = plan.steps.filter((step) => step.blockedBy.length > 0).length;
    this.#planSteps.set({ blocked: 'true' }, blocked);
    this.#planSteps.set({ blocked: 'false' }, plan.steps.length - blocked);

    const holding = new Set(plan.conditions.map((condition) => `${condition.key} ${condition.type}`));
    const keys = new Set(plan.conditions.map((condition) => condition.key));
    for (const key of keys) {
      const { kind, name } = parseKey(key) ?? { kind: 'other', name: key };
      for (const type of CONDITION_TYPES)
        this.#conditions.set({ kind, name, type }, holding.has(`${key} ${type}`) ? 1 : 0);
      if (kind !== 'Gate') continue;
      this.#gateOpen.set({ gate: name }, holding.has(`${key} Ready`) ? 1 : 0);
      if (!this.#waiting.has(name)) this.#gateWaiting.set({ gate: name }, 0);
    }
    for (const key of this.#keys) if (!keys.has(key)) this.#forget(key);
    for (const key of keys) this.#keys.add(key);
  }

  /** Without a plan nobody looks: what was Ready is not known to be; what was wrong is not known to be mended. */
  #doubtReady(): void {
    for (const key of this.#keys) {
      const { kind, name } = parseKey(key) ?? { kind: 'other', name: key };
      this.#conditions.set({ kind, name, type: 'Ready' }, 0);
    }
  }

  #forget(key: Key): void {
    this.#keys.delete(key);
    const { kind, name } = parseKey(key) ?? { kind: 'other', name: key };
    for (const type of CONDITION_TYPES) this.#conditions.remove({ kind, name, type });
    if (kind !== 'Gate') return;
    this.#waiting.delete(name);
    this.#gateOpen.remove({ gate: name });
    this.#gateWaiting.remove({ gate: name });
  }

  #stopWaiting(gate: string): void {
    this.#waiting.delete(gate);
    this.#gateWaiting.set({ gate }, 0);
  }

  #tick(clock: (typeof CLOCKS)[number], at: number): void {
    this.#clocks.set({ clock }, at / 1000);
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }
}

function nameOf(key: Key): string {
  return parseKey(key)?.name ?? key;
}
