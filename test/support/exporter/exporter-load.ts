import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import type { ContainerFacts, ExporterContainer } from './exporter-container.ts';
import { samplesOf } from './samples.ts';
import { totalsOf, type Traffic } from './traffic.ts';

const READY_WITHIN = 60_000;

export interface LoadOptions {
  readonly dns: Traffic;
  readonly http: Traffic;
  /** Lines of each log; the traffic is repeated as often as it takes. */
  readonly lines: number;
  /** Between the end of one scrape and the beginning of the next, in milliseconds. */
  readonly scrapeEvery: number;
  /** Milliseconds until everything has to be counted. */
  readonly within: number;
}

export interface LoadResult {
  /** Milliseconds of each scrape that was answered, with its TLS handshake. */
  readonly scrapes: readonly number[];
  /** Why others were not. */
  readonly missed: readonly string[];
  /** Of the last page, bytes and samples. */
  readonly page: { readonly bytes: number; readonly samples: ReadonlyMap<string, number> };
  readonly expected: ReadonlyMap<string, number>;
  /** From the first line written until all were counted. */
  readonly seconds: number;
  readonly before: ContainerFacts;
  readonly after: ContainerFacts;
}

/**
 * Has both logs written as fast as can be, and scrapes throughout, until everything is counted. Rejects when that takes
 * too long; what was missed is told.
 */
export async function runLoad(container: ExporterContainer, options: LoadOptions): Promise<LoadResult> {
  const { dns, http, lines, scrapeEvery, within } = options;
  await eventually(
    async () => {
      const { body } = await container.get('/readyz');
      if (!body.startsWith('ok')) throw new Error(body);
    },
    { within: Math.min(within, READY_WITHIN), every: 100 },
  ).catch(async (error: unknown) => {
    throw new Error(`the exporter does not become ready: ${String(error)}\n${await container.log()}`, { cause: error });
  });
  const before = await container.facts();
  const scrapes: number[] = [];
  const missed: string[] = [];
  let last = '';
  const scrape = async (): Promise<void> => {
    const started = performance.now();
    try {
      const { status, body } = await container.get('/metrics');
      if (status !== 200 || !body.endsWith('\n')) throw new Error(`${status}: ${body.slice(0, 200)}`);
      scrapes.push(performance.now() - started);
      last = body;
    } catch (error) {
      missed.push(String(error));
    }
  };
  const started = performance.now();
  const writing = Promise.all([append(container.queryLog, dns, lines), append(container.accessLog, http, lines)]);
  // Told where it is awaited; meanwhile it is nobody's surprise.
  writing.catch(() => undefined);
  const counted = (): number => {
    const read = /^adguard_exporter_querylog_entries_read_total (\d+)$/m.exec(last)?.[1];
    const taken = /^adguard_exporter_accesslog_lines_total\{result="counted"\} (\d+)$/m.exec(last)?.[1];
    return Number(read ?? 0) + Number(taken ?? 0);
  };
  while (counted() < 2 * lines) {
    await scrape();
    if (performance.now() - started > within)
      throw new Error(
        `${counted()} of ${2 * lines} lines were counted; ${missed.join('; ')}\n${await container.log()}`,
      );
    await new Promise((resolve) => setTimeout(resolve, scrapeEvery));
  }
  const seconds = (performance.now() - started) / 1000;
  await writing;
  return {
    scrapes,
    missed,
    page: { bytes: Buffer.byteLength(last), samples: samplesOf(last) },
    expected: new Map([...totalsOf(dns, lines), ...totalsOf(http, lines)]),
    seconds,
    before,
    after: await container.facts(),
  };
}

/** By a process of its own: what this one writes would be in the way of its scrapes. */
async function append(path: string, { lines }: Traffic, count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bastion-exporter-load-'));
  try {
    const whole = join(directory, 'whole');
    const rest = join(directory, 'rest');
    writeFileSync(whole, textOf(lines));
    writeFileSync(rest, textOf(lines.slice(0, count % lines.length)));
    const times = String(Math.floor(count / lines.length));
    const script = 'for _ in $(seq "$3"); do cat "$1" || exit 1; done >> "$4" && cat "$2" >> "$4"';
    const writing = spawn('sh', ['-c', script, 'sh', whole, rest, times, path], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      writing.on('error', reject);
      writing.on('close', resolve);
    });
    if (code !== 0) throw new Error(`writing ${path} failed with exit code ${code}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
