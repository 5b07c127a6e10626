import { appendFileSync, closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeStep } from '../model/describe-step.ts';
import type { FieldChange } from '../model/fields.ts';
import { redactChange, redactText } from '../model/redact.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Operation } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';
import { linesFromEnd } from './lines-from-end.ts';

/** One step that ran, as kept in `history.jsonl`. */
export interface HistoryLine {
  /** ISO 8601, when the step finished. */
  readonly time: string;
  /** Commit of the desired state, when it is a git work tree. */
  readonly commit?: string;
  readonly target: string;
  readonly op: Operation;
  /** What it did beyond operation and target, where these do not say it all: both names of a rename. */
  readonly detail?: string;
  readonly cause: string;
  readonly fields: readonly FieldChange[];
  readonly result: Exclude<Outcome['type'], 'skipped'>;
  readonly milliseconds: number;
  /** Code and message, or why it is to be looked at again. */
  readonly error?: string;
  /** What it found out, e.g. what a container that was rolled back said last. */
  readonly said?: string;
}

const FILE = 'history.jsonl';
const FILES_KEPT = 3;

function fileName(stateDirectory: string, age: number): string {
  return join(stateDirectory, age === 0 ? FILE : `${FILE}.${age}`);
}

function lineOf(event: Extract<TraceEvent, { type: 'step-finished' }>): HistoryLine | undefined {
  const { step, outcome } = event;
  if (outcome.type === 'skipped') return undefined;
  const detail = describeStep(step, 'names');
  return {
    time: new Date(event.at).toISOString(),
    ...(event.revision === undefined ? {} : { commit: event.revision }),
    target: step.target,
    op: step.op,
    ...(detail === '' ? {} : { detail: redactText(detail) }),
    cause: step.cause,
    fields: step.fields.map(redactChange),
    result: outcome.type,
    milliseconds: Math.round(event.milliseconds),
    ...('error' in outcome ? { error: redactText(`${outcome.error.code}: ${outcome.error.message}`) } : {}),
    ...(outcome.type === 'done' && outcome.said !== undefined ? { said: redactText(outcome.said) } : {}),
    ...('reason' in outcome ? { error: redactText(outcome.reason) } : {}),
  };
}

/**
 * Appends one line for every step that ran and rotates by size.
 *
 * Lines are written at once, so that a kill loses none. A full or broken disk never stops the loop: `onError` is told
 * on the first failure of a row, and a line cut by it is closed before the next one.
 */
export class HistoryWriter {
  readonly #directory: string;
  readonly #maximumBytes: number;
  readonly #onError: (message: string) => void;
  #size = 0;
  #torn = false;
  #failing = false;

  constructor(stateDirectory: string, options: { maximumBytes?: number; onError?: (message: string) => void } = {}) {
    this.#directory = stateDirectory;
    this.#maximumBytes = options.maximumBytes ?? 5 * 1024 * 1024;
    this.#onError = options.onError ?? (() => undefined);
    this.#attempt(() => {
      mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
      this.#lookAtFile();
    });
  }

  consume(event: TraceEvent): void {
    if (event.type !== 'step-finished') return;
    const line = lineOf(event);
    if (line === undefined) return;
    const text = `${this.#torn ? '\n' : ''}${JSON.stringify(line)}\n`;
    this.#attempt(() => {
      if (this.#size > 0 && this.#size + text.length > this.#maximumBytes) this.#rotate();
      appendFileSync(fileName(this.#directory, 0), text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
      this.#torn = false;
    });
  }

  #rotate(): void {
    for (let age = FILES_KEPT - 1; age > 0; age -= 1) {
      try {
        renameSync(fileName(this.#directory, age - 1), fileName(this.#directory, age));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    this.#size = 0;
  }

  #lookAtFile(): void {
    const path = fileName(this.#directory, 0);
    try {
      this.#size = statSync(path).size;
      this.#torn = this.#size > 0 && lastByte(path, this.#size) !== 10;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #attempt(write: () => void): void {
    try {
      write();
      this.#failing = false;
    } catch (error) {
      this.#torn = true;
      if (!this.#failing)
        this.#onError(`history is not being kept: ${error instanceof Error ? error.message : String(error)}`);
      this.#failing = true;
    }
  }
}

function lastByte(path: string, size: number): number | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(1);
    readSync(descriptor, buffer, 0, 1, size - 1);
    return buffer[0];
  } finally {
    closeSync(descriptor);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function parseLine(text: string): HistoryLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const usable = typeof value === 'object' && value !== null && 'time' in value && 'target' in value && 'op' in value;
    return usable ? (value as HistoryLine) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The last `limit` lines, oldest first, optionally of one resource (`Kind/name`). Lines that cannot be read (cut by a
 * full disk) are passed over. No file means no history: an empty list.
 */
export function readHistory(stateDirectory: string, options: { limit: number; target?: string }): HistoryLine[] {
  const found: HistoryLine[] = [];
  for (let age = 0; age < FILES_KEPT && found.length < options.limit; age += 1) {
    try {
      for (const line of linesFromEnd(fileName(stateDirectory, age))) {
        const parsed = parseLine(line);
        if (parsed !== undefined && (options.target === undefined || parsed.target === options.target))
          found.push(parsed);
        if (found.length >= options.limit) break;
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return found.reverse();
}
