import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';

/**
 * What is wrong with a command line of bastion (its words after the program's name), as the program itself would say it:
 * an unknown command or flag, a value too few or an argument too many. Undefined when it would be accepted.
 */
export function commandLineProblem(words: readonly string[]): string | undefined {
  const [name = '', ...rest] = words;
  if (['--help', '-h', 'help', '--version', '-V'].includes(name)) return undefined;
  const definition = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (definition === undefined) return `there is no command ${name}`;
  try {
    const { positionals } = parseArguments(rest, definition.options);
    const extra = positionals[definition.maximumPositionals];
    return extra === undefined ? undefined : `unexpected argument ${extra}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong with a configuration file; undefined when every command would read it. */
export async function settingsProblem(path: string): Promise<string | undefined> {
  const all = Object.assign({}, ...Object.values(COMMANDS).map(({ options }) => options)) as Parameters<
    typeof parseArguments
  >[1];
  try {
    const parsed = parseArguments([`--config=${path}`], all);
    await resolveSettings(parsed, all, all, {});
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
