import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../scripts/support/run-command.ts';

const DEADLINE = { deadlineMilliseconds: 30_000 };

function unique(lines: string): string[] {
  return [...new Set(lines.split('\n').filter((line) => line !== ''))].sort();
}

/** Calls the function that bash calls for a line, as bash would. */
async function inBash(script: string, line: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const call = 'source "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _bastion; printf "%s\\n" "${COMPREPLY[@]}"';
  const { output } = await runCommand(['bash', '--norc', '-c', call, 'bash', script, line], { ...DEADLINE, env });
  return unique(output);
}

/** Each is followed by a tab and its description. */
async function inFish(script: string, line: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const call = 'source $argv[1]; complete -C $argv[2]';
  const { output } = await runCommand(['fish', '--no-config', '-c', call, script, line], { ...DEADLINE, env });
  return unique(
    output
      .split('\n')
      .map((each) => each.split('\t')[0] ?? '')
      .join('\n'),
  );
}

/** In the shell behind the terminal: compadd, which every completion ends in, also writes down what it is given. */
const ZSH_INIT = `
PROMPT=
autoload -Uz compinit
fpath=($FUNCTIONS $fpath)
compinit -D -u
bindkey '^I' complete-word
compadd () {
  local -a hits
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A hits "$@"
  print -rl -- $hits >> $HITS
  builtin compadd "$@"
}
comppostfuncs=(exit)
print re""ady
`;
/** Types the line and a tab into an interactive zsh on a pseudo-terminal, which ends after it completed. */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $INIT"
zpty -r shell answer '*ready*'
zpty -w -n shell "$1"$'\\t'
while zpty -r shell answer; do :; done
`;

async function inZsh(script: string, line: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bastion-zsh-'));
  try {
    const [init, driver, hits] = ['init', 'driver', 'hits'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(init, ZSH_INIT);
    writeFileSync(driver, ZSH_DRIVER);
    writeFileSync(hits, '');
    const told = { ...env, INIT: init, HITS: hits, FUNCTIONS: join(script, '..') };
    await runCommand(['zsh', '-f', driver, line], { ...DEADLINE, env: told });
    return unique(readFileSync(hits, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a shell offers after a line, sorted: `script` is the completion's file. */
export const COMPLETE = { bash: inBash, zsh: inZsh, fish: inFish } as const;
