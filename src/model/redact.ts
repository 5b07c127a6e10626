import type { FieldChange, FieldValue } from './fields.ts';
import { mayBeSecretName } from './secret-names.ts';

/** What is shown in place of a secret. */
export const REDACTED = '(secret)';

const OPTION_WITH_VALUE = /^(-{1,2}[\w.-]+|[\w.-]+)=([\s\S]*)$/;
const OPTION_ALONE = /^-{1,2}[\w.-]+$/;

/** Text without the passwords that URLs (`scheme://user:password@host`) and `password=...` option lists carry. */
export function redactText(text: string): string {
  return (
    text
      // Begins at the `://`: with the scheme in it, a megabyte of letters would take minutes.
      .replace(/(:\/\/[^\s:@/]*):[^\s@/]+@/g, `$1:${REDACTED}@`)
      .replace(/\b((?:pass(?:word|wd)?|secret|token|api[_-]?key)=)[^\s,;&'"]+/gi, `$1${REDACTED}`)
  );
}

function redactArguments(list: readonly FieldValue[]): FieldValue[] {
  return list.map((item, index) => {
    const before = list[index - 1];
    if (typeof item !== 'string') return redactValue('', item);
    if (typeof before === 'string' && OPTION_ALONE.test(before) && mayBeSecretName(before) && !item.startsWith('-'))
      return REDACTED;
    const option = OPTION_WITH_VALUE.exec(item);
    return option !== null && mayBeSecretName(option[1] ?? '') ? `${option[1]}=${REDACTED}` : redactText(item);
  });
}

function redactValue(name: string, value: FieldValue): FieldValue {
  if (value === null || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return redactArguments(value);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redactValue(key, member)]));
  if (mayBeSecretName(name)) return REDACTED;
  return typeof value === 'string' ? redactText(value) : value;
}

/**
 * A change as it may be shown, logged and kept: values of secret-looking names (last part of the path) and secrets
 * inside arguments and URLs are replaced. That something is absent stays visible.
 */
export function redactChange(change: FieldChange): FieldChange {
  const name = change.path.slice(change.path.indexOf('.') + 1);
  const shown = (value: FieldValue | undefined): FieldValue | undefined =>
    value === undefined ? undefined : redactValue(change.path.includes('.') ? name : '', value);
  return { path: change.path, want: shown(change.want), got: shown(change.got) };
}
