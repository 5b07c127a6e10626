import type { EngineReader } from '../engine/port.ts';
import { printableLines } from '../model/printable.ts';
import { redactOutput } from '../model/redact-output.ts';

/** Lines that are looked through. */
const READ = 200;
/** Lines that are told. */
const TOLD = 5;
const LINE_LENGTH = 600;
/** Of one that has ended, so many last lines are told whatever they speak of: a shell says `not found`. */
const END = 2;

/** Words of lines that say what went wrong, in the formats that people's programs use (logfmt, JSON, plain text). */
const TROUBLE =
  /\b(?:err|error|errors|fatal|panic|critical|fail|failed|failure|invalid|cannot|couldn't|unable|warn|warning)\b/i;
/** Colours and the like (ECMA-48): without its first character the rest would stand there as text. */
const TERMINAL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** Which part of a log is asked for. */
export interface LogQuestion {
  /** Milliseconds since the epoch; absent: from the beginning. */
  readonly since?: number;
  /** The container has ended, so that its last lines count, too. */
  readonly hasEnded?: boolean;
  /** What must not be told, besides all that looks like a secret. */
  readonly secrets?: readonly string[];
}

/**
 * What a container said that may explain a failure, without control characters and secrets: the last lines that speak of
 * trouble, else the last ones; empty when it said nothing, or cannot be asked.
 */
export async function consumerLog(engine: EngineReader, container: string, question: LogQuestion): Promise<string> {
  const { since, hasEnded = false, secrets = [] } = question;
  const text = await engine.logs(container, READ, since).catch(() => '');
  // In this order: a colour in the middle of a secret, or a line cut there, would hide it from the redaction.
  const plain = printableLines(text.replace(TERMINAL_SEQUENCE, '').replace(/\r+\n?/g, '\n'));
  const lines = redactOutput(plain, secrets)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const always = hasEnded ? lines.length - END : lines.length;
  const telling = lines.some((line) => TROUBLE.test(line))
    ? lines.filter((line, position) => TROUBLE.test(line) || position >= always)
    : lines;
  return telling
    .slice(-TOLD)
    .map((line) => line.trim())
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line))
    .join('\n');
}
