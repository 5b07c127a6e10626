import type { EngineReader } from '../engine/port.ts';

/** Lines that are looked through. */
const READ = 200;
/** Lines that are told. */
const TOLD = 5;
const LINE_LENGTH = 600;

/** Words of lines that say what went wrong, in the formats that people's programs use (logfmt, JSON, plain text). */
const TROUBLE =
  /\b(?:err|error|errors|fatal|panic|critical|fail|failed|failure|invalid|cannot|couldn't|unable|warn|warning)\b/i;

/**
 * What a container said since a time that may explain a failure: the last lines that speak of trouble, else the last ones;
 * empty when it said nothing, or cannot be asked. Not yet without secrets.
 *
 * @param since milliseconds since the epoch
 */
export async function consumerLog(engine: EngineReader, container: string, since: number): Promise<string> {
  const text = await engine.logs(container, READ, since).catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const trouble = lines.filter((line) => TROUBLE.test(line));
  return (trouble.length > 0 ? trouble : lines)
    .slice(-TOLD)
    .map((line) => line.trim())
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line))
    .join('\n');
}
