import type { CommandDefinition } from './command.ts';
import { COMMANDS } from './commands.ts';
import { environmentName } from './options.ts';

/** `bastion --help`. */
export function generalHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `bastion converges one Docker host to a directory of YAML, and halts at gates that only you open.

Usage: bastion COMMAND [options]

${lines.join('\n')}

Every command has --help. Exit codes: 0 done, 1 failed, 2 there are changes (plan) or errors (validate, render),
3 what is left waits for you, 64 wrong usage.
`;
}

/** `bastion COMMAND --help`. */
export function commandHelp(name: string, definition: CommandDefinition): string {
  const rows = Object.entries(definition.options).map(([option, { value, help, short, default: fallback }]) => {
    const flag = `${short === undefined ? '    ' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`;
    const shown = fallback === undefined || fallback === '' ? '' : ` (default ${fallback})`;
    const variable = option === 'help' ? '' : ` [${environmentName(option)}]`;
    return { flag, text: `${help}${shown}${variable}` };
  });
  const width = Math.max(...rows.map(({ flag }) => flag.length));
  const longest = Math.max(...definition.examples.map(({ line }) => line.length));
  const examples = definition.examples.map(({ line, does }) => `  ${line.padEnd(longest)}  ${does}`);
  const positionals = definition.positionals === undefined ? '' : ` ${definition.positionals}`;
  return `bastion ${name}: ${definition.summary}.

Usage: bastion ${name}${positionals} [options]

Examples:
${examples.join('\n')}

Options:
${rows.map(({ flag, text }) => `  ${flag.padEnd(width)}  ${text}`).join('\n')}

A flag goes before its environment variable [in brackets], that before the configuration file, that before the default.
Exit codes: ${definition.exitCodes}.
`;
}
