import { loadDesiredState } from '../desired/load.ts';
import { KINDS, parseKey } from '../model/key.ts';
import type { Settings } from './arguments.ts';
import { withAnsweringMounts } from './answering-mounts.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { askOperator } from './control-client.ts';
import { EXIT, UsageError } from './errors.ts';
import { readingOptions } from './reading-options.ts';
import { bashCompletion } from './shell/bash.ts';
import { fishCompletion } from './shell/fish.ts';
import { shellGrammar, type ShellGrammar } from './shell/grammar.ts';
import { zshCompletion } from './shell/zsh.ts';

const SHELLS: Readonly<Record<string, (grammar: ShellGrammar) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Of the running operator, which knows them already; else of the files. The engine is not asked: somebody waits. */
async function wantedKeys(settings: Settings): Promise<readonly string[]> {
  const status = await askOperator(settings.stateDirectory);
  if (status !== undefined) return status.resources.map(({ key }) => key);
  const { resources } = await withAnsweringMounts((silenceAt) => loadDesiredState(readingOptions(settings, silenceAt)));
  return resources.map(({ key }) => key);
}

export const command: Command = async ({ settings, positionals, output }) => {
  const [what, kind] = positionals;
  if (what === undefined) throw new UsageError('completion of which shell? For example: bastion completion bash');
  if (what === 'names') {
    if (kind !== undefined && !KINDS.some((each) => each === kind)) throw new UsageError(`${kind} is not a kind`);
    const keys = await wantedKeys(settings);
    const names = keys.flatMap((key) => {
      if (kind === undefined) return key;
      const parsed = parseKey(key);
      return parsed?.kind === kind ? parsed.name : [];
    });
    output.write(settings.json ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(''));
    return EXIT.done;
  }
  const generate = Object.hasOwn(SHELLS, what) ? SHELLS[what] : undefined;
  if (generate === undefined)
    throw new UsageError(`completion of bash, zsh or fish, not of ${what}; names prints what they complete`);
  if (kind !== undefined) throw new UsageError(`unexpected argument ${kind}`);
  output.write(generate(shellGrammar(COMMANDS)));
  return EXIT.done;
};
