import { parseAddress } from '../zones/address.ts';
import { formatSubnet, parseSubnet } from '../zones/subnet.ts';
import { check, type Problem } from './check.ts';
import type { Config } from './config.ts';
import { CONFIG_SCHEMA } from './schema.ts';

/** What a configuration's text says, or all that is wrong with it. */
export type ParsedConfig = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** Names that the exporter itself gives to what is in no zone or not told apart. */
const RESERVED_ZONES = ['unknown', 'other'];

/** Reads and checks the text of a configuration file. */
export function parseConfig(text: string): ParsedConfig {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { problems: [syntaxProblem(error, text)] };
  }
  const problems: Problem[] = [];
  const completed = check(CONFIG_SCHEMA, document, '', problems);
  if (problems.length > 0) return { problems };
  const config = completed as Config;
  problems.push(...zoneProblems(config), ...adguardProblems(config), ...subnetProblems(config));
  return problems.length > 0 ? { problems } : { config };
}

/** `FILE: zones[0].name: must be …`, a line each. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${file}: ${path} ${message}`).join('\n');
}

function zoneProblems({ zones }: Config): Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  const names = new Set<string>();
  zones.forEach(({ name, subnets }, index) => {
    const path = `zones[${index}]`;
    if (names.has(name))
      problems.push({ path: `${path}.name`, message: `is the name of an earlier zone, too: ${name}` });
    if (RESERVED_ZONES.includes(name))
      problems.push({ path: `${path}.name`, message: `may not be ${name}, which means what is in no zone` });
    names.add(name);
    subnets.forEach((text, place) => {
      const subnet = parseSubnet(text);
      const spelling = subnet === undefined ? undefined : formatSubnet(subnet);
      const owner = spelling === undefined ? undefined : owners.get(spelling);
      const where = `${path}.subnets[${place}]`;
      if (spelling === undefined)
        problems.push({ path: where, message: `must be a subnet such as 192.168.1.0/24 or fd00::/8, is ${text}` });
      else if (owner !== undefined) problems.push({ path: where, message: `${text} belongs to ${owner} already` });
      else owners.set(spelling, where);
    });
  });
  return problems;
}

function adguardProblems({ adguard }: Config): Problem[] {
  if (adguard === undefined) return [];
  const problems: Problem[] = [];
  const together = (one: string, first: unknown, other: string, second: unknown): void => {
    if (first !== undefined && second === undefined)
      problems.push({ path: `adguard.${other}`, message: `is missing: ${one} needs it` });
  };
  const { username, passwordFile, tls = {}, url } = adguard;
  together('username', username, 'passwordFile', passwordFile);
  together('passwordFile', passwordFile, 'username', username);
  together('tls.certificate', tls.certificate, 'tls.key', tls.key);
  together('tls.key', tls.key, 'tls.certificate', tls.certificate);
  if (adguard.queryLog === 'file') together('queryLog: file', true, 'queryLogFile', adguard.queryLogFile);
  if (url.startsWith('http://') && username !== undefined && !isLoopback(url))
    problems.push({
      path: 'adguard.url',
      message: 'must be https: a password would cross the network readable (http is possible to loopback only)',
    });
  return problems;
}

function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
}

function subnetProblems({ accessLog, gateways }: Config): Problem[] {
  const proxies = accessLog?.trustedProxies ?? [];
  return [
    ...proxies.flatMap((text, index) =>
      parseSubnet(text) === undefined
        ? [{ path: `accessLog.trustedProxies[${index}]`, message: `must be a subnet, is ${text}` }]
        : [],
    ),
    ...gateways.flatMap((text, index) =>
      parseAddress(text) === undefined
        ? [{ path: `gateways[${index}]`, message: `must be an address, is ${text}` }]
        : [],
    ),
  ];
}

/** V8 tells the position of most mistakes, and quotes what is around the others. */
function syntaxProblem(error: unknown, text: string): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return { path: '(document)', message: `is no JSON: ${message}` };
  const before = text.slice(0, Number(position)).split('\n');
  const path = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return { path, message: 'is no JSON from here on' };
}
