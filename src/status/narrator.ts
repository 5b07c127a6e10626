import { counted } from '../model/counted.ts';
import { formatChange, formatDuration } from '../model/format-change.ts';
import type { Plan } from '../model/plan.ts';
import type { Finding } from '../model/resource.ts';
import { revisionText } from '../model/revision-text.ts';
import type { TraceEvent } from '../model/trace.ts';
import { ServedNews } from './served-news.ts';
import { StepNews } from './step-news.ts';
import { ToldOnce } from './told-once.ts';
import { traceLine as line, type TraceLine } from './trace-line.ts';

/** A try that failed is told by the warning that follows when it goes on for long. */
function notificationLine(event: Extract<TraceEvent, { type: 'notification' }>): TraceLine {
  const { receiver, result, title, reason } = event;
  const because = reason === undefined ? '' : `: ${reason}`;
  if (result === 'sent') return line('info', 'plain', `told ${receiver}: ${title}`);
  if (result === 'refused') return line('warn', 'warning', `${receiver} does not take "${title}"${because}`);
  if (result === 'dropped') return line('warn', 'warning', `${receiver} is not told "${title}"${because}`);
  return line('debug', 'plain', `notification to ${receiver} ${result === 'queued' ? 'waits' : 'failed'}${because}`);
}

/** `Container/web (hold/Container.web)` for everything that a plan would change and a hold keeps it from. */
function heldTargets({ steps }: Plan): string[] {
  const held = steps.flatMap(({ target, blockedBy }) =>
    blockedBy.filter(({ type }) => type === 'hold').map(({ name }) => `${target} (${name})`),
  );
  return [...new Set(held)];
}

/** Says trace events in words. It remembers what it said last, so that a loop that stays as it is stays silent. */
export class Narrator {
  #result = '';
  #resources = 0;
  #revision = '';
  readonly #findings = new Set<string>();
  /** What the last plan would do and a hold does not let it. */
  #held: readonly string[] = [];
  /** Of a resource's trouble, since it was Ready last. */
  readonly #troubles = new ToldOnce();

  readonly #steps = new StepNews();

  /** Whether it was said that something is failing, since all was well or waited for a human last. */
  #isFailingTold = false;

  readonly #served = new ServedNews();

  readonly #formatFinding: (finding: Finding) => string;

  /** `formatFinding`: a problem of the desired state as one line, with the path that the person knows. */
  constructor(formatFinding: (finding: Finding) => string) {
    this.#formatFinding = formatFinding;
  }

  /** The event in words; undefined when it is no news for people. */
  tell(event: TraceEvent): TraceLine | undefined {
    switch (event.type) {
      case 'started':
        return line('info', 'plain', `bastion ${event.version} started`);
      case 'stopped':
        return line(event.reason === 'settled' ? 'debug' : 'info', 'plain', `stopped: ${event.reason}`);
      case 'desired-loaded':
        return this.#desiredLoaded(event);
      case 'desired-confirmed':
        return line('debug', 'plain', 'the desired state is as it was');
      case 'warning':
        return line('warn', 'warning', event.message);
      case 'notice':
        return line('info', event.isGood ? 'good' : 'plain', event.message);
      case 'notification':
        return notificationLine(event);
      case 'receivers-known':
      case 'certificates-seen':
      // Conditions tell what follows from them.
      case 'service-checked':
      case 'loops-seen':
      case 'backups-seen':
        return undefined;
      case 'served-checked':
        return this.#servedChecked(event);
      case 'renewal-asked':
        return line('info', 'plain', `${event.key} is renewed before its time because a human said so`);
      case 'backup-asked':
        return line('info', 'plain', `${event.key} makes a backup now because a human said so`);
      case 'retry-asked':
        return line('info', 'plain', `${event.key} is tried again because a human said so`, event.forgotten);
      case 'desired-failed':
        return line('error', 'error', `nothing is changed: ${event.message}`);
      case 'engine-lost':
        return line('error', 'error', `engine lost: ${event.message}`);
      case 'engine-connected':
        return line('info', 'plain', 'connected to the engine');
      case 'observed':
        return line(
          'debug',
          'plain',
          `observed with ${counted(event.calls, 'call')} in ${formatDuration(event.milliseconds)}`,
        );
      case 'event-missed':
        return line('warn', 'warning', `only the relist found it: ${event.what}`);
      case 'planned':
        return this.#planned(event.plan);
      case 'drift-found':
        return line('debug', 'change', `drift ${event.key}  ${event.cause}`, event.fields.map(formatChange));
      case 'healed':
        return line('info', 'good', `healed ${event.key} in ${formatDuration(event.milliseconds)}`);
      case 'step-started':
        return this.#steps.started(event.step);
      case 'step-progress':
        return line('debug', 'plain', `${event.step.op} ${event.step.target}: ${event.text}`);
      case 'step-finished':
        return this.#steps.finished(event);
      case 'condition-changed':
        return this.#conditionChanged(event);
      case 'gate-waiting': {
        const text = `halted at gate ${event.key.slice('Gate/'.length)}: it is your turn`;
        const checklist = event.checklist.map((item) => `[ ] ${item}`);
        return { ...line('warn', 'halt', text, checklist), command: event.touch };
      }
      case 'gate-turn': {
        const rests = 'something before it is not Ready any more, your turn rests';
        return line('debug', 'plain', `${event.key} ${event.awaitingHuman ? 'waits for you again' : rests}`);
      }
      case 'gate-opened':
      case 'gate-closed':
        return line('info', event.type === 'gate-opened' ? 'good' : 'halt', `${event.key} ${event.type.slice(5)}`);
      case 'consent-waiting':
        return {
          ...line('warn', 'halt', 'removal waits for your consent to exactly this:', event.removes),
          command: event.touch,
        };
      case 'pass-finished':
        return this.#passFinished(event);
      case 'fault':
        return line('error', 'error', `fault of bastion in ${event.where}: ${event.message} (please report it)`);
    }
  }

  #servedChecked(event: Extract<TraceEvent, { type: 'served-checked' }>): TraceLine {
    const { kind, text } = this.#served.tell(event);
    if (kind === 'same') return line('debug', 'plain', text);
    return kind === 'bad' ? line('warn', 'warning', text) : line('info', 'good', text);
  }

  #planned(plan: Plan): TraceLine {
    this.#steps.planned(plan);
    this.#troubles.keepOnly(new Set<string>(plan.conditions.map(({ key }) => key)));
    const held = heldTargets(plan);
    const news = held.filter((text) => !this.#held.includes(text));
    this.#held = held;
    if (news.length > 0) return line('info', 'halt', `left alone because of a hold: ${news.join(', ')}`);
    return line('debug', 'plain', `planned ${counted(plan.steps.length, 'step')}, digest ${plan.digest.slice(0, 12)}`);
  }

  #desiredLoaded(event: Extract<TraceEvent, { type: 'desired-loaded' }>): TraceLine {
    const all = event.findings.map(this.#formatFinding);
    const news = all.filter((text) => !this.#findings.has(text));
    const gone = [...this.#findings].some((text) => !all.includes(text));
    this.#findings.clear();
    for (const text of all) this.#findings.add(text);
    const revision = event.revision === undefined ? '' : ` at ${revisionText(event.revision)}`;
    const same = event.resources === this.#resources && revision === this.#revision && !gone;
    this.#resources = event.resources;
    this.#revision = revision;
    const text = `read ${counted(event.resources, 'resource')}${revision}`;
    if (!event.complete)
      return line(
        news.length > 0 ? 'error' : 'debug',
        'error',
        `${text}; of what is broken the last good version counts, if there is one:`,
        news,
      );
    return line(same && news.length === 0 ? 'debug' : 'info', news.length > 0 ? 'warning' : 'plain', text, news);
  }

  #passFinished(event: Extract<TraceEvent, { type: 'pass-finished' }>): TraceLine {
    const level = event.result === this.#result ? 'debug' : 'info';
    this.#result = event.result;
    if (event.result === 'converged' || event.result === 'waiting') this.#isFailingTold = false;
    const time = formatDuration(event.milliseconds);
    if (event.result === 'converged') return line(level, 'good', `converged (${counted(this.#resources, 'resource')})`);
    if (event.result === 'failing') {
      const news = !this.#isFailingTold;
      this.#isFailingTold = true;
      return line(news ? 'info' : 'debug', 'warning', 'not converged: something is failing, see `bastion status`');
    }
    return line('debug', 'plain', `pass ${event.result} in ${time}`);
  }

  #conditionChanged(event: Extract<TraceEvent, { type: 'condition-changed' }>): TraceLine {
    const { key, type, reason, message } = event.condition;
    const text = `${key} ${type} (${reason}): ${message}`;
    if (type === 'Ready') this.#troubles.forget(key);
    const isYours = type === 'Blocked' && reason === 'AwaitingSecret';
    if (type !== 'Degraded' && type !== 'Stalled' && !isYours) return line('debug', 'plain', text);
    const level = this.#troubles.isNews(key, text) ? 'warn' : 'debug';
    return isYours ? line(level, 'halt', `${key} waits for you: ${message}`) : line(level, 'warning', text);
  }
}
