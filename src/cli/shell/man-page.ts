import type { CommandDefinition, CommandExample } from '../command.ts';
import { COMMON_OPTIONS, environmentName, type OptionDefinition } from '../options.ts';
import { roffLines, roffText } from './roff.ts';

const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'Done, or nothing to do.'],
  [1, 'Failed.'],
  [2, 'There are changes (plan), or errors in the desired state (validate, render).'],
  [3, 'What is left waits for you: a closed gate, a consent, a hold.'],
  [64, 'Wrong usage.'],
];

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/bastion/config.yaml', 'Settings: flags by their long names, without the dashes.'],
  ['/etc/bastion/desired-state/', 'What is wanted, as YAML resources.'],
  ['/etc/bastion/gates/', 'Files that open gates. Only a human makes them, with touch; the operator never does.'],
  ['/etc/bastion/hold/', 'A file `Kind.name` here makes the operator leave that resource alone.'],
  ['/var/lib/bastion/', 'Lock, history, memory and control socket of the operator.'],
];

function optionItem([name, { short, value, help, default: fallback }]: readonly [string, OptionDefinition]): string {
  const letter = short === undefined ? '' : `\\fB\\-${short}\\fR, `;
  const placeholder = value === undefined ? '' : ` \\fI${roffText(value)}\\fR`;
  const shown = fallback === undefined || fallback === '' ? '' : ` (default ${fallback})`;
  const variable = name === 'help' ? '' : ` [${environmentName(name)}]`;
  return `.TP\n${letter}\\fB\\-\\-${roffText(name)}\\fR${placeholder}\n${roffLines(`${help}${shown}${variable}`)}`;
}

function exampleItem({ line, does }: CommandExample): string {
  return `.TP\n\\fB${roffText(line)}\\fR\n${roffLines(does)}`;
}

function commandSection(name: string, definition: CommandDefinition): string {
  const { summary, positionals, options, exitCodes, examples } = definition;
  const own = Object.entries(options).filter(([option]) => !Object.hasOwn(COMMON_OPTIONS, option));
  const words = positionals === undefined ? '' : ` \\fI${roffText(positionals)}\\fR`;
  return [
    `.SS "bastion ${roffText(name)}"`,
    `\\fBbastion ${roffText(name)}\\fR${words}`,
    '.PP',
    roffLines(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`),
    roffLines(`Exit codes: ${exitCodes}.`),
    ...own.map(optionItem),
    ...examples.map(exampleItem),
  ].join('\n');
}

function items(pairs: readonly (readonly [string | number, string])[]): string {
  return pairs.map(([term, text]) => `.TP\n\\fB${roffText(String(term))}\\fR\n${roffLines(text)}`).join('\n');
}

/**
 * The man page bastion(1) of a table of commands.
 *
 * @param options `date`: of the build, `2026-11-28`
 */
export function manPage(
  commands: Readonly<Record<string, CommandDefinition>>,
  options: { readonly version: string; readonly date: string },
): string {
  const sections = [
    `.\\" Generated from the program's own table of commands.`,
    `.TH BASTION 1 ${options.date} "bastion ${options.version}" "User Commands"`,
    '.SH NAME',
    'bastion \\- converge one Docker host to a directory of YAML, with gates',
    '.SH SYNOPSIS',
    '\\fBbastion\\fR \\fICOMMAND\\fR [\\fIargument\\fR ...] [\\fIoption\\fR ...]',
    '.SH DESCRIPTION',
    roffLines(
      'The operator of one Docker host. It reads a directory of YAML resources, makes the host match it and keeps it matching, tells every change by field, and halts at gates that only you open: `touch` of a file is the whole interface.',
    ),
    '.PP',
    roffLines(
      'A flag goes before its environment variable [in brackets], that before the configuration file, that before the default.',
    ),
    '.SH COMMANDS',
    ...Object.entries(commands).map(([name, definition]) => commandSection(name, definition)),
    '.SH OPTIONS',
    'Every command takes these.',
    ...Object.entries(COMMON_OPTIONS).map(optionItem),
    '.SH EXIT STATUS',
    items(EXIT_CODES),
    '.SH ENVIRONMENT',
    items([
      ['BASTION_...', 'Every option, as shown in brackets.'],
      ['DOCKER_HOST', 'Address of the engine, when `--docker` does not say it.'],
      ['NO_COLOR', 'When not empty: no colours.'],
      ['TERM', 'With `dumb`: no colours, and no line is ever written over.'],
    ]),
    '.SH FILES',
    items(FILES),
    '.SH SEE ALSO',
    '\\fBdocker\\fR(1), \\fBtouch\\fR(1), \\fBsystemctl\\fR(1)',
  ];
  return `${sections.join('\n')}\n`;
}
