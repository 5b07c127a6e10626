import { KINDS, type Kind } from '../model/key.ts';
import { readSchema, type FieldSchema } from './schema-files.ts';
import { suggest } from './suggest.ts';

/** A path that names no field; the message says what was probably meant. */
export class UnknownFieldError extends Error {
  override readonly name = 'UnknownFieldError';
  readonly code = 'UNKNOWN_FIELD';
}

/**
 * What a kind or one of its fields is: type, default, description, examples and sub-fields, from the schemas. `path` is
 * e.g. `Container`, `Container.spec.ports`, `container.spec.ports[].target`. Throws UnknownFieldError.
 */
export function explain(path: string): string {
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

function unknownKind(name: string): string {
  const meant = suggest(name, KINDS);
  return `${name === '' ? 'Nothing' : name} is not a kind${meant === undefined ? '' : `; did you mean ${meant}?`} Kinds are ${KINDS.join(', ')}`;
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
    lines.push('', 'Examples', ...schema.examples.map((example) => `  ${JSON.stringify(example)}`));
  const fields = fieldsOf(schema);
  if (fields.properties !== undefined) {
    lines.push('', 'Fields');
    for (const [name, field] of Object.entries(fields.properties)) {
      const marks = [typeText(field), fields.required?.includes(name) === true ? 'required' : '', defaultText(field)];
      lines.push(`  ${name} (${marks.filter((mark) => mark !== '').join(', ')})`, ...wrap(field.description ?? '', 6));
    }
  }
  if (shown === kind)
    lines.push('', 'Editors', `  # yaml-language-server: $schema=crds-like/${kind.toLowerCase()}.schema.json`);
  return `${lines.join('\n')}\n`;
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
  const width = 100 - indent;
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
