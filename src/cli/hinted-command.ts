import { COMMANDS } from './commands.ts';
import type { OptionDefinition } from './options.ts';
import { shellWord } from './shell-word.ts';

/** Flags by name, as somebody gave them; their paths are absolute. */
export type GivenFlags = Readonly<Record<string, string | true>>;

/** Flags that say how something is told, not what it is about. */
const TELLING: ReadonlySet<string> = new Set(['json', 'no-color', 'help', 'log', 'verbose', 'limit']);

/** Commands that do nothing but ask a running operator, which is found by these flags. */
const ASKING = /^(retry|certs renew|backup now)\b/;
const FINDING: ReadonlySet<string> = new Set(['config', 'state']);

/** Hints in sentences of the core, which knows no flags. Those that have flags already are left as they are. */
const HINT =
  /(?<![\w/.-])bastion ((?:retry|history) [A-Z]\w*\/[\w.-]*\w|certs renew [\w.-]*\w|status|certs(?! renew))(?! --|[\w-]|\.\w)/g;

/**
 * A command that a person is told to type: `bastion rollback main`, with the flags that the one who tells it was given,
 * where they differ from their defaults and the command takes them.
 */
export function hintedCommand(words: string, given: GivenFlags): string {
  const name = words.split(' ', 1)[0] ?? '';
  const options: Readonly<Record<string, OptionDefinition>> = COMMANDS[name]?.options ?? {};
  const isOnlyAsking = ASKING.test(words);
  const flags = Object.entries(options)
    .filter(([flag]) => !TELLING.has(flag) && (!isOnlyAsking || FINDING.has(flag)))
    .flatMap(([flag, definition]) => {
      const value = given[flag];
      if (value === undefined || value === definition.default) return [];
      return value === true ? [`--${flag}`] : [`--${flag} ${shellWord(value)}`];
    })
    // The first that a reader looks for.
    .sort((a, b) => Number(b.startsWith('--config ')) - Number(a.startsWith('--config ')));
  return ['bastion', words, ...flags].join(' ');
}

/** What starts the operator: the service, where it is the host's own configuration. */
export function startCommand(given: GivenFlags): string {
  const run = hintedCommand('run', given);
  return run === 'bastion run' ? 'systemctl start bastion' : run;
}

/** What is said, with its hints (`bastion status`, `bastion retry Container/web`) as they have to be typed. */
export function completeHints(text: string, given: GivenFlags): string {
  return text.replace(HINT, (_, words: string) => hintedCommand(words, given));
}
