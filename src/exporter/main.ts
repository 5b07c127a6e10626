import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };
import { realClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { formatProblems, parseConfig } from './config/parse-config.ts';
import { startExporter } from './exporter.ts';
import { createLog } from './log.ts';
import { filesOfNode, readBeforehand } from './read-node.ts';

const USAGE = `usage: adguard-exporter --config FILE [--check]
       adguard-exporter --read-node

  --config FILE   configuration, JSON (or the variable ADGUARD_EXPORTER_CONFIG)
  --check         only say what is wrong with it
  --read-node     only read Node and its libraries, for an exporter that has too little memory to do so
`;
const WRONG_USE = 2;
/** What is open at the end is given up after so many milliseconds. */
const PATIENCE = 5000;

function readConfig(path: string): Config | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    process.stderr.write(
      `the configuration cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
  const parsed = parseConfig(text);
  if ('config' in parsed) return parsed.config;
  process.stderr.write(`${formatProblems(path, parsed.problems)}\n`);
  return undefined;
}

async function main(given: readonly string[]): Promise<void> {
  if (given.length === 1 && given[0] === '--read-node') {
    const files = filesOfNode();
    process.stderr.write(`read ${readBeforehand(files)} bytes in ${files.length} files\n`);
    return;
  }
  const checkOnly = given.includes('--check');
  const rest = given.filter((argument) => argument !== '--check');
  const path = rest[0] === '--config' ? rest[1] : process.env['ADGUARD_EXPORTER_CONFIG'];
  if (path === undefined || path === '' || rest.length > (rest[0] === '--config' ? 2 : 0)) {
    process.stderr.write(USAGE);
    process.exitCode = WRONG_USE;
    return;
  }
  const config = readConfig(path);
  if (config === undefined) process.exitCode = WRONG_USE;
  if (config === undefined || checkOnly) return;

  const log = createLog(realClock, (line) => process.stderr.write(line));
  process.on('uncaughtException', (error) => log('error', 'fault of the exporter', { stack: String(error.stack) }));
  process.on('unhandledRejection', (reason) => log('error', 'fault of the exporter', { reason: String(reason) }));
  const exporter = await startExporter(config, { clock: realClock, log, version: packageJson.version });
  log('info', 'reading', { zones: config.zones.length, clientDomains: config.clientDomains });

  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    log('info', 'ending', { signal });
    setTimeout(() => process.exit(1), PATIENCE).unref();
    exporter.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
}

void main(process.argv.slice(2));
