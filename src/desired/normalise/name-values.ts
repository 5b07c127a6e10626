import { isOwnLabel } from '../../model/labels.ts';
import type { Field } from '../field.ts';

/** Names with values as Compose writes them: a map, or a list of `name=value`. */
export type ListOrMap = readonly string[] | Readonly<Record<string, string | number | boolean | null>>;

/** Says what to do about a name without a value: a text stands for the value, undefined means that it was reported. */
type Valueless = (name: string, field: Field) => string | undefined;

/** List or map to a map. In a list the last of equal names wins, as in Compose. */
export function readNameValues(value: ListOrMap, field: Field, valueless: Valueless): Record<string, string> {
  const entries = isList(value)
    ? value.map((text, position) => readListEntry(text, field.at(position), valueless))
    : Object.entries(value).map(([name, member]) => readMapEntry(name, member, field.at(name), valueless));
  return Object.fromEntries(entries.filter((entry) => entry !== undefined));
}

function isList(value: ListOrMap): value is readonly string[] {
  return Array.isArray(value);
}

function readListEntry(text: string, field: Field, valueless: Valueless): [string, string] | undefined {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === '') return field.error('has no name before the =');
  const value = equals < 0 ? valueless(name, field) : text.slice(equals + 1);
  return value === undefined ? undefined : [name, value];
}

function readMapEntry(
  name: string,
  member: string | number | boolean | null,
  field: Field,
  valueless: Valueless,
): [string, string] | undefined {
  if (name === '') return field.error('has an empty name');
  const value = member === null ? valueless(name, field) : field.text(member);
  return value === undefined ? undefined : [name, value];
}

/** Environment: every name needs a value, and names hold no `=`. */
export function readEnvironment(value: ListOrMap, field: Field): Record<string, string> {
  const environment = readNameValues(value, field, (name, at) =>
    at.error(
      `${name} has no value: the operator never passes on its own environment, so write ${name}=value (or "" for empty)`,
    ),
  );
  for (const name of Object.keys(environment)) {
    if (!name.includes('=') && !name.includes('\0')) continue;
    field.error(`the name ${JSON.stringify(name)} holds a character that no variable name may hold`);
  }
  return environment;
}

/** Labels of an object: a name without a value means an empty one; the operator's own names are refused. */
export function readLabels(value: ListOrMap, field: Field): Record<string, string> {
  const labels = readNameValues(value, field, () => '');
  for (const name of Object.keys(labels).filter(isOwnLabel))
    field.error(`the label ${name} belongs to the operator, which sets it by itself: remove it`);
  return labels;
}

/** Kernel settings, build arguments and the like: every name needs a value. */
export function readSettings(value: ListOrMap, field: Field): Record<string, string> {
  return readNameValues(value, field, (name, at) => at.error(`${name} has no value: write ${name}=value`));
}
