import { isSecretName } from '../../model/secret-names.ts';

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
const URL_WITH_PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:([^\s/@"']+)@/i;
/** What stands for a secret rather than being one: references, templates, paths, switches, blanks. */
const PLACEHOLDER = /^(?:["']{2}|true|false|null|none|yes|no|~|\d{1,4}|[/.].*|\$.*|<.*>|\{\{.*|__.*__|\*+)$/i;
const ASSIGNMENT = /^\s*(?:-\s+|export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*(\S.*?)\s*,?\s*$/;

/** Why a name with a value gives away a secret; undefined when it does not. The value is never repeated. */
export function secretInAssignment(name: string, value: string): string | undefined {
  const bare = value.trim().replace(/^(["'])(.*)\1$/s, '$2');
  if (isSecretName(name) && bare !== '' && !PLACEHOLDER.test(bare))
    return `${name.slice(0, 100)} holds a secret in clear text`;
  return secretInText(value);
}

/** Why a text of any kind gives away a secret. */
export function secretInText(text: string): string | undefined {
  if (PRIVATE_KEY.test(text)) return 'holds a private key';
  const password = URL_WITH_PASSWORD.exec(text)?.[1];
  return password !== undefined && !PLACEHOLDER.test(password) ? 'holds a URL with a password' : undefined;
}

/** Why a command argument gives away a secret: `--password=hunter2`. */
export function secretInArgument(argument: string): string | undefined {
  const match = /^-{1,2}([\w.-]+)=(.*)$/s.exec(argument);
  return match === null ? secretInText(argument) : secretInAssignment(match[1] ?? '', match[2] ?? '');
}

/** The first line of a configuration file that gives away a secret, counted from 1. */
export function secretInContent(content: string): { line: number; why: string } | undefined {
  const lines = content.split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|;|\/\/)/.test(line) || line.length > 4096) continue;
    const match = ASSIGNMENT.exec(line);
    const value = (match?.[2] ?? '').replace(/\s+#.*$/, '');
    const why = match === null ? secretInText(line) : secretInAssignment(match[1] ?? '', value);
    // A map or a block begins here; its lines are looked at one by one.
    if (why !== undefined && !/^[|>{[&]/.test(value)) return { line: index + 1, why };
  }
  return PRIVATE_KEY.test(content) ? { line: 1, why: 'holds a private key' } : undefined;
}
