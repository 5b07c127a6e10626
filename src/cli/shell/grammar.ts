import type { CommandDefinition } from '../command.ts';
import { COMMON_OPTIONS, type OptionDefinition } from '../options.ts';
import { offersOf, type Offer } from './offers.ts';

/** A flag as a shell sees it. */
export interface ShellFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  /** Placeholder of its value; undefined for a switch. */
  readonly value: string | undefined;
  readonly offers: readonly Offer[];
}

/** A command as a shell sees it. */
export interface ShellCommand {
  readonly name: string;
  readonly summary: string;
  /** By position: what help calls it, and what may stand there. */
  readonly positions: readonly { readonly placeholder: string; readonly offers: readonly Offer[] }[];
  readonly flags: readonly ShellFlag[];
}

/** All that the completions of every shell are made of. */
export interface ShellGrammar {
  readonly commands: readonly ShellCommand[];
  /** Every flag of any command; a name means the same everywhere. */
  readonly flags: readonly ShellFlag[];
  /** Flags whose values say where things are: handed on when the program is asked for names. */
  readonly places: readonly string[];
}

function flagsOf(options: Readonly<Record<string, OptionDefinition>>): ShellFlag[] {
  return Object.entries(options).map(([name, { type, value = 'VALUE', short, help }]) => ({
    name,
    short,
    help,
    value: type === 'boolean' ? undefined : value,
    offers: type === 'boolean' ? [] : offersOf(value),
  }));
}

/** The table of commands to what shells complete; `help COMMAND`, which the dispatcher itself answers, is added. */
export function shellGrammar(commands: Readonly<Record<string, CommandDefinition>>): ShellGrammar {
  const listed = Object.entries(commands).map(([name, { summary, positionals = '', options }]) => ({
    name,
    summary,
    positions: positionals
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => ({ placeholder: word.replace(/^\[/, '').replace(/(?<!\.)\]$/, ''), offers: offersOf(word) })),
    flags: flagsOf(options),
  }));
  const names: Offer = { type: 'words', words: listed.map(({ name }) => name) };
  const help = {
    name: 'help',
    summary: 'show the help of a command',
    positions: [{ placeholder: 'COMMAND', offers: [names] }],
    flags: [],
  };
  const flags = new Map(listed.flatMap((command) => command.flags.map((flag) => [flag.name, flag] as const)));
  return {
    commands: [...listed, help],
    flags: [...flags.values()],
    places: flagsOf(COMMON_OPTIONS).flatMap(({ name, value }) => (value === undefined ? [] : `--${name}`)),
  };
}
