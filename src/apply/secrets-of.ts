import type { ContainerConfig } from '../engine/wire.ts';
import { mayBeSecretName } from '../model/secret-names.ts';

const OPTION = /^-{0,2}([\w.-]+)=([\s\S]+)$/;
const PASSWORD_IN_URL = /:\/\/[^\s:@/]*:([^\s@/]+)@/g;

/** Secrets that a container was given in variables and arguments, as far as their names, or URLs, say that they are some. */
export function secretsOf({ Env, Cmd, Entrypoint }: Pick<ContainerConfig, 'Env' | 'Cmd' | 'Entrypoint'>): string[] {
  const words = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  const named = [...(Env ?? []), ...words].flatMap((word) => {
    const [, name = '', value = ''] = OPTION.exec(word) ?? [];
    return mayBeSecretName(name) ? [value] : [];
  });
  const following = words.filter((word, position) => {
    const before = words[position - 1] ?? '';
    return before.startsWith('-') && !before.includes('=') && mayBeSecretName(before) && !word.startsWith('-');
  });
  const inUrls = [...(Env ?? []), ...words].flatMap((word) =>
    [...word.matchAll(PASSWORD_IN_URL)].map(([, password = '']) => password),
  );
  return [...named, ...following, ...inUrls];
}
