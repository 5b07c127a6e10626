import { stringify } from 'yaml';
import { KINDS, type Kind } from '../model/key.ts';
import { readSchema, type FieldSchema } from './schema-files.ts';
import { suggest } from './suggest.ts';

/** A path that names no field; the message says what was probably meant. */
export class UnknownFieldError extends Error {
  override readonly name = 'UnknownFieldError';
  readonly code = 'UNKNOWN_FIELD';
}

const WIDTH = 100;

/**
 * What a kind or one of its fields is: type, default, description, examples and sub-fields, from the schemas. `path` is
 * e.g. `Container`, `Container.spec.ports`, `container.spec.ports[].target`; without one, the kinds. Throws
 * UnknownFieldError.
 */
export function explain(path?: string): string {
  if (path === undefined) return explainKinds();
  const [first = '', ...names] = path
    .replaceAll(/\[\d*\]/g, '')
    .split('.')
    .filter((part) => part !== '');
  const kind = KINDS.find((candidate) => candidate.toLowerCase() === first.toLowerCase());
  if (kind === undefined) throw new UnknownFieldError(unknownKind(first));
  let schema = readSchema(kind);
  let parent: FieldSchema | undefined;
  let shown: string = kind;
  for (const name of names) {
    parent = schema;
    schema = child(schema, name, shown);
    shown = `${shown}.${name}`;
  }
  const last = names.at(-1);
  const required = last !== undefined && parent?.required?.includes(last) === true;
  return render(kind, shown, schema, required);
}

function explainKinds(): string {
  const rows = KINDS.map((kind) => [kind, readSchema(kind).description ?? ''] as const);
  return `${['Kinds', ...table(rows, 2), '', 'bastion explain Container says more of one.'].join('\n')}\n`;
}

function unknownKind(name: string): string {
  const meant = suggest(name, KINDS);
  return `${name === '' ? 'Nothing' : name} is not a kind${meant === undefined ? '.' : `; did you mean ${meant}?`} Kinds are ${KINDS.join(', ')}`;
}

/** Fields of a map, of the items of a list of maps, or of the members of a free map. */
function fieldsOf(schema: FieldSchema): FieldSchema {
  if (schema.properties !== undefined) return schema;
  if (schema.items !== undefined && schema.items.properties !== undefined) return schema.items;
  return typeof schema.additionalProperties === 'object' ? fieldsOf(schema.additionalProperties) : schema;
}

function child(schema: FieldSchema, name: string, shown: string): FieldSchema {
  const fields = fieldsOf(schema).properties ?? {};
  const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(fields);
  const meant = suggest(name, names);
  throw new UnknownFieldError(
    names.length === 0
      ? `${shown} has no fields`
      : `${shown} has no field ${name}${meant === undefined ? '.' : `; did you mean ${meant}?`} Fields are ${names.sort().join(', ')}`,
  );
}

function render(kind: Kind, shown: string, schema: FieldSchema, required: boolean): string {
  const facts = [typeText(schema), required ? 'required' : '', defaultText(schema)].filter((fact) => fact !== '');
  const lines = [`${shown} (${facts.join(', ')})`, ...wrap(schema.description ?? '', 2)];
  const choices = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  if (choices.length > 0) lines.push('', `  One of: ${choices.map(String).join(', ')}`);
  if (schema.examples !== undefined)
    lines.push(
      '',
      schema.examples.length === 1 ? 'Example' : 'Examples',
      ...schema.examples.flatMap((example) => exampleLines(example, shown === kind)),
    );
  const fields = fieldsOf(schema);
  if (fields.properties !== undefined) {
    lines.push('', 'Fields');
    for (const [name, field] of Object.entries(fields.properties)) {
      const marks = [typeText(field), fields.required?.includes(name) === true ? 'required' : '', defaultText(field)];
      lines.push(`  ${name} (${marks.filter((mark) => mark !== '').join(', ')})`, ...wrap(field.description ?? '', 6));
    }
  }
  if (shown === kind)
    lines.push(
      ...specLines(kind, schema),
      '',
      'Editors',
      `  # yaml-language-server: $schema=crds-like/${kind.toLowerCase()}.schema.json`,
    );
  return `${lines.join('\n')}\n`;
}

/** What people write lies below `spec`: its fields, a line each. */
function specLines(kind: Kind, schema: FieldSchema): string[] {
  const { properties = {}, required = [] } = schema.properties?.['spec'] ?? {};
  const rows = Object.entries(properties).map(([name, { description = '' }]) => {
    return [name, required.includes(name) ? `required: ${description}` : description] as const;
  });
  const [first] = required.length > 0 ? required : Object.keys(properties);
  if (first === undefined) return [];
  return ['', 'Fields of spec', ...table(rows, 2), '', `  bastion explain ${kind}.spec.${first} says more of one.`];
}

/** Names and what they are, a line each, below each other. */
function table(rows: readonly (readonly [string, string])[], indent: number): string[] {
  const column = Math.max(...rows.map(([name]) => name.length)) + 2;
  const room = WIDTH - indent - column;
  return rows.map(([name, text]) => {
    return `${' '.repeat(indent)}${name.padEnd(column)}${shorten(text, room)}`.trimEnd();
  });
}

/** The whole sentences that fit; of a first one that does not, the words that do. */
function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  const end = text.lastIndexOf('. ', room - 1);
  return end >= 0 ? text.slice(0, end + 1) : `${text.slice(0, room - 1).replace(/[\s,;:]+\S*$/, '')}…`;
}

/** As it is written in a manifest: a short value on one line, a longer one, and a whole manifest, as block. */
function exampleLines(example: unknown, isManifest: boolean): string[] {
  const text = JSON.stringify(example);
  const isShort = !isManifest && text.length <= WIDTH - 2;
  const lines = isShort ? [text] : stringify(example, { lineWidth: 0 }).trimEnd().split('\n');
  return lines.map((line) => `  ${line}`);
}

const TYPE_NAMES: Readonly<Record<string, string>> = { object: 'map', array: 'list', integer: 'whole number' };

function typeText(schema: FieldSchema): string {
  const types = [schema.type ?? 'any'].flat().filter((type) => type !== 'null');
  return types.map((type) => (type === 'array' ? `list${itemText(schema)}` : (TYPE_NAMES[type] ?? type))).join(' or ');
}

function itemText(schema: FieldSchema): string {
  return schema.items?.type === undefined ? '' : ` of ${typeText(schema.items)}`;
}

function defaultText(schema: FieldSchema): string {
  return schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`;
}

function wrap(text: string, indent: number): string[] {
  const width = WIDTH - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((part) => part !== '').map((part) => ' '.repeat(indent) + part);
}
