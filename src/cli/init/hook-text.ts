import { shellWord } from '../shell-word.ts';

const MARK = '# Written by `bastion init`';

/** The hooks that a repository needs. */
export const HOOKS = ['pre-receive', 'post-receive'] as const;

export type Hook = (typeof HOOKS)[number];

/**
 * A git hook: all that it does is in the program.
 *
 * @param executable absolute path of `bastion`
 */
export function hookText(hook: Hook, executable: string, configFile: string): string {
  return `#!/bin/sh
${MARK}, and again when the program has moved; what it does: docs/git-push.md
exec ${shellWord(executable)} hook ${hook} --config ${shellWord(configFile)}
`;
}

/** Whether a hook is ours to write again. */
export function isOurs(text: string): boolean {
  return text.includes(MARK);
}
