import { COMMANDS } from '../../src/cli/commands.ts';
import { bashCompletion } from '../../src/cli/shell/bash.ts';
import { fishCompletion } from '../../src/cli/shell/fish.ts';
import { shellGrammar } from '../../src/cli/shell/grammar.ts';
import { manPage } from '../../src/cli/shell/man-page.ts';
import { zshCompletion } from '../../src/cli/shell/zsh.ts';

/**
 * What an installer copies below `share/` of its prefix, by path: completions and the man page. The page carries the date
 * of the build; SOURCE_DATE_EPOCH (seconds, https://reproducible-builds.org/specs/source-date-epoch/) sets it.
 */
export function shellFiles(version: string, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const grammar = shellGrammar(COMMANDS);
  const epoch = Number(env['SOURCE_DATE_EPOCH'] ?? '');
  const date = new Date(epoch > 0 ? epoch * 1000 : Date.now()).toISOString().slice(0, 10);
  return {
    'bash-completion/completions/bastion': bashCompletion(grammar),
    'zsh/site-functions/_bastion': zshCompletion(grammar),
    'fish/vendor_completions.d/bastion.fish': fishCompletion(grammar),
    'man/man1/bastion.1': manPage(COMMANDS, { version, date }),
  };
}
