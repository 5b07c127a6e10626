import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HOST_CONTROL_RULES } from '../desired/policy/host-control.ts';
import { UsageError } from './errors.ts';
import type { GivenFlags } from './hinted-command.ts';
import { nearest } from './nearest.ts';
import { environmentName, type OptionDefinition } from './options.ts';
import { readPushSettings, type PushSettings } from './push-settings.ts';
import { isMissing, readErrorText } from '../model/read-error-text.ts';

type OptionTable = Readonly<Record<string, OptionDefinition>>;
type RawValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command line, the environment and the configuration file come to. Directories are absolute. */
export interface Settings {
  readonly desiredDirectory: string;
  readonly gatesDirectory: string;
  readonly holdDirectory: string;
  readonly stateDirectory: string;
  /** Where the programs are that notifications may be given to. */
  readonly notifyCommands: string;
  /** Prefix of host paths; empty for none. */
  readonly root: string;
  /** Engine address; undefined: dockerode's default. */
  readonly dockerHost: string | undefined;
  readonly strictGates: boolean;
  /** Rules about control over the host that annotations may waive. */
  readonly allowExceptions: readonly string[];
  /** The configuration file, there or not; undefined: none is read. */
  readonly configFile: string | undefined;
  /** Flags and environment variables of bastion's own, for commands that a person is told to type. */
  readonly given: GivenFlags;
  readonly json: boolean;
  readonly noColor: boolean;
  readonly listen: string;
  /** Absolute paths; undefined: not given. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsClientCa: string | undefined;
  /** Cron expression. */
  readonly checkSchedule: string;
  readonly log: string;
  readonly verbose: boolean;
  readonly limit: string;
  /** Render as the closed loops have it now. */
  readonly levels: boolean;
  /** Where to restore to, which backup, and which part of it; empty: not given. */
  readonly to: string;
  readonly backup: string;
  readonly only: string;
  readonly push: PushSettings;
}

/** A command's arguments as typed. */
export interface ParsedArguments {
  readonly values: RawValues;
  readonly positionals: readonly string[];
}

/** Splits arguments by a command's flags; an unknown flag, a missing or a superfluous value is a UsageError. */
export function parseArguments(args: readonly string[], options: OptionTable): ParsedArguments {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string | boolean> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const definition = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (definition === undefined) {
      const meant = nearest(token.name, Object.keys(options));
      throw new UsageError(`unknown flag ${token.rawName}${meant === undefined ? '' : `; did you mean --${meant}?`}`);
    }
    const placeholder = definition.value ?? '';
    if (definition.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`--${token.name} takes no value`);
    if (
      definition.type === 'string' &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    )
      throw new UsageError(`--${token.name} needs a value: --${token.name} ${placeholder}`);
    values[token.name] = token.value ?? true;
  }
  return { values, positionals };
}

function readBoolean(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = String(value).toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  if (['', '0', 'false', 'no', 'off'].includes(text)) return false;
  throw new UsageError(`${where} must be true or false, not ${JSON.stringify(value)}`);
}

function readExceptions(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.find((name) => !HOST_CONTROL_RULES.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`allow-exceptions: ${unknown} is not one of ${HOST_CONTROL_RULES.join(', ')}`);
}

function fromEnvironment(environment: NodeJS.ProcessEnv, options: OptionTable): RawValues {
  const values: Record<string, string | boolean> = {};
  for (const [name, definition] of Object.entries(options)) {
    const variable = environmentName(name);
    const text = environment[variable];
    if (text === undefined || (text === '' && definition.type === 'string')) continue;
    values[name] = definition.type === 'boolean' ? readBoolean(variable, text) : text;
  }
  return values;
}

function isPath({ value }: OptionDefinition): boolean {
  return value === 'DIR' || value === 'FILE' || value === 'PATH';
}

/** What was given, as it means the same from every directory; what is switched off is as if it had not been given. */
function givenFlags(values: RawValues, options: OptionTable): GivenFlags {
  const given: Record<string, string | true> = {};
  for (const [name, definition] of Object.entries(options)) {
    const value = values[name];
    if (value === undefined || value === false) continue;
    given[name] = typeof value === 'string' && value !== '' && isPath(definition) ? resolve(value) : value;
  }
  return given;
}

async function fromFile(path: string, required: boolean, options: OptionTable, all: OptionTable): Promise<RawValues> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error) && !required) return {};
    throw new UsageError(
      isMissing(error)
        ? `there is no configuration file ${path}: name another with --config, or leave that out`
        : `configuration file ${path} cannot be read: ${readErrorText(error)}`,
    );
  }
  const { parseYaml } = await import('./parse-yaml.ts');
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    throw new UsageError(`configuration file ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content))
    throw new UsageError(`configuration file ${path} must hold \`name: value\` lines`);
  const values: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(content)) {
    const where = `configuration file ${path}: ${name}`;
    if (!Object.hasOwn(all, name) || name === 'config' || name === 'help') {
      const meant = nearest(name, Object.keys(all));
      throw new UsageError(`${where} is not known${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    }
    const definition = options[name];
    if (definition === undefined) continue;
    if (definition.type === 'boolean') values[name] = readBoolean(where, value);
    else if (typeof value === 'string' || typeof value === 'number')
      // Paths in a file are relative to that file, so that it means the same from everywhere.
      values[name] = isPath(definition) && value !== '' ? resolve(dirname(path), String(value)) : String(value);
    else throw new UsageError(`${where} must be text`);
  }
  return values;
}

/**
 * Flag before environment variable before configuration file before default. `all` are the flags of every command: the
 * file may hold those that this command does not take. A file that is named must exist; the default one need not.
 */
export async function resolveSettings(
  parsed: ParsedArguments,
  options: OptionTable,
  all: OptionTable,
  environment: NodeJS.ProcessEnv,
): Promise<Settings> {
  const flags = parsed.values;
  const variables = fromEnvironment(environment, options);
  const namedFile = flags['config'] ?? variables['config'];
  const configFile = String(namedFile ?? options['config']?.default ?? '');
  const config = configFile === '' ? {} : await fromFile(resolve(configFile), namedFile !== undefined, options, all);

  const value = (name: string): string | boolean | undefined =>
    flags[name] ?? variables[name] ?? config[name] ?? all[name]?.default;
  const text = (name: string): string => String(value(name) ?? '');
  const directory = (name: string): string => resolve(text(name));
  const file = (name: string): string | undefined => (text(name) === '' ? undefined : resolve(text(name)));

  const root = text('root');
  if (root !== '' && !isAbsolute(root) && flags['root'] === undefined)
    throw new UsageError(`root must be an absolute path, not ${root}`);
  const dockerHost = text('docker') || environment['DOCKER_HOST'] || '';
  const gatesDirectory = directory('gates');
  return {
    desiredDirectory: directory('desired-state'),
    gatesDirectory,
    holdDirectory: text('hold') === '' ? join(dirname(gatesDirectory), 'hold') : directory('hold'),
    stateDirectory: directory('state'),
    notifyCommands: directory('notify-commands'),
    root: root === '' ? '' : resolve(root).replace(/\/$/, ''),
    dockerHost: dockerHost === '' ? undefined : dockerHost,
    strictGates: value('strict-gates') === true,
    allowExceptions: readExceptions(text('allow-exceptions')),
    configFile: configFile === '' ? undefined : resolve(configFile),
    given: givenFlags({ ...variables, ...flags }, options),
    json: value('json') === true,
    noColor: value('no-color') === true,
    listen: text('listen'),
    tlsCert: file('tls-cert'),
    tlsKey: file('tls-key'),
    tlsClientCa: file('tls-client-ca'),
    checkSchedule: text('check-schedule'),
    log: text('log'),
    verbose: value('verbose') === true,
    limit: text('limit'),
    levels: value('levels') === true,
    to: text('to'),
    backup: text('backup'),
    only: text('only'),
    push: readPushSettings({ text, file, isOn: (name) => value(name) === true }),
  };
}
