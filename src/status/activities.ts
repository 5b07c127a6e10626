import { formatDuration } from '../model/format-change.ts';
import { formatSize } from '../model/format-size.ts';
import { parseKey, type Key } from '../model/key.ts';
import type { PullAmount } from '../model/pull-amount.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';

interface RunningStep {
  readonly step: Step;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly text: string;
  readonly amount: PullAmount | undefined;
}

interface Wait {
  readonly key: Key;
  readonly since: number;
  readonly until: number;
}

/** Something that becomes Ready by itself, and for which no step is planned. */
interface Awaited {
  readonly key: Key;
  readonly since: number;
  readonly message: string;
}

/** What goes on for a while, as one line that is made anew each time. */
export interface ActivityLine {
  /** The same as long as it is the same activity. */
  readonly id: string;
  readonly since: number;
  readonly text: string;
}

/** What is over sooner (ms) is told by the line of its step. */
const WORTH_A_LINE = 1_000;

function nameOf(key: Key): string {
  return parseKey(key)?.name ?? key;
}

/** The engine and what runs in containers may say anything; a terminal would do it. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

function pullText(reference: string, { text, amount }: RunningStep): string {
  if (amount === undefined) return `pulling ${reference}${text === '' ? '' : `: ${text}`}`;
  const { layers, layersDone, bytes, totalBytes } = amount;
  const percent = totalBytes === 0 ? '' : ` (${Math.floor((100 * bytes) / totalBytes)}%)`;
  const size = totalBytes === 0 ? '' : `, ${formatSize(bytes)} of ${formatSize(totalBytes)}${percent}`;
  return `pulling ${reference}: ${layersDone} of ${layers} layers${size}`;
}

/** Remembers, from trace events alone, what goes on and is not told by a line of its own: long steps, waits, gates. */
export class Activities {
  readonly #steps = new Map<string, RunningStep>();
  #waits: readonly Wait[] = [];
  #awaited: Awaited | undefined;
  readonly #turns = new Map<Key, number>();

  /** @returns whether what is shown may be another now */
  consume(event: TraceEvent): boolean {
    switch (event.type) {
      case 'step-started':
        this.#steps.set(event.step.id, { step: event.step, since: event.at, text: '', amount: undefined });
        return true;
      case 'step-progress': {
        const before = this.#steps.get(event.step.id);
        if (before === undefined) return false;
        const amount = event.amount ?? before.amount;
        this.#steps.set(event.step.id, { ...before, text: event.text, amount });
        return true;
      }
      case 'step-finished':
        return this.#steps.delete(event.step.id);
      case 'planned':
        this.#waits = event.plan.conditions.flatMap(({ key, type, wait }) =>
          wait === undefined || type !== 'Progressing' ? [] : { key, ...wait },
        );
        this.#awaited = this.#awaitedIn(event.plan, event.at);
        for (const gate of this.#turns.keys())
          if (!event.plan.conditions.some(({ key }) => key === gate)) this.#turns.delete(gate);
        return true;
      case 'gate-waiting':
        this.#turns.set(event.key, event.at);
        return true;
      case 'gate-turn':
        if (event.awaitingHuman) this.#turns.set(event.key, event.since);
        else this.#turns.delete(event.key);
        return true;
      case 'gate-opened':
      case 'gate-closed':
        return this.#turns.delete(event.key);
      default:
        return false;
    }
  }

  /** Whether anything is shown, or will be once it has taken long enough. */
  get goOn(): boolean {
    return this.#steps.size + this.#waits.length + this.#turns.size > 0 || this.#awaited !== undefined;
  }

  /** Longest first; gates, which wait for the human, last. `now` in milliseconds since the epoch. */
  lines(now: number): ActivityLine[] {
    const steps = [...this.#steps.values()]
      .filter(({ since }) => now - since >= WORTH_A_LINE)
      .map((running) => ({ id: running.step.id, since: running.since, text: this.#stepText(running, now) }));
    const waits = this.#waits.map(({ key, since, until }) => {
      const seconds = (milliseconds: number): number => Math.max(0, Math.floor(milliseconds / 1000));
      const limit = seconds(until - since);
      const text = `waiting for ${nameOf(key)} to become healthy (${Math.min(limit, seconds(now - since))} s of ${limit} s)`;
      return { id: `wait ${key}`, since, text };
    });
    const quiet = this.#steps.size === 0 && waits.length === 0 ? this.#awaitedLines(now) : [];
    const turns = [...this.#turns].map(([key, since]) => {
      const time = new Date(since).toTimeString().slice(0, 5);
      return { id: `turn ${key}`, since, text: `halted at gate ${nameOf(key)} since ${time}: it is your turn` };
    });
    const byAge = (a: ActivityLine, b: ActivityLine): number => a.since - b.since;
    return [...[...steps, ...waits, ...quiet].sort(byAge), ...turns.sort(byAge)].map((line) => ({
      ...line,
      text: printable(line.text),
    }));
  }

  /** The first that does not only wait for another. */
  #awaitedIn({ conditions, steps }: Plan, at: number): Awaited | undefined {
    const planned = new Set(steps.map(({ target }) => target));
    const found = conditions.find(
      ({ key, type, wait, message }) =>
        type === 'Progressing' && wait === undefined && !planned.has(key) && !message.startsWith('waits for '),
    );
    if (found === undefined) return undefined;
    const since = this.#awaited?.key === found.key ? this.#awaited.since : at;
    return { key: found.key, since, message: found.message };
  }

  #awaitedLines(now: number): ActivityLine[] {
    if (this.#awaited === undefined || now - this.#awaited.since < WORTH_A_LINE) return [];
    const { key, since, message } = this.#awaited;
    return [
      { id: `await ${key}`, since, text: `waiting for ${nameOf(key)} (${formatDuration(now - since)}): ${message}` },
    ];
  }

  #stepText(running: RunningStep, now: number): string {
    const { step, since, text } = running;
    if (step.op === 'PullImage') return pullText(step.args.reference, running);
    const said = text === '' ? '' : `: ${text}`;
    return `${step.op} ${step.target} (${formatDuration(now - since)})${said}`;
  }
}
