import type { Kind } from '../model/key.ts';
import { formatPath, type FieldPath, type Problem } from './field.ts';
import { patternWords } from './pattern-words.ts';
import type { SchemaError } from './schema-compiler.ts';
import type { FieldSchema } from './schema-files.ts';
import { suggest } from './suggest.ts';
import { composeAdvice } from './unsupported-keys.ts';
import { withheldAdvice } from './withheld-keys.ts';

/** An error of the schema validator, said for people and located. Values are never repeated: they may be secrets. */
export function describeSchemaError(kind: Kind, document: unknown, error: SchemaError): Problem {
  const path = pointerToPath(document, error.instancePath);
  const schema = (error.parentSchema ?? {}) as FieldSchema;
  switch (error.keyword) {
    case 'additionalProperties':
      return describeUnknownKey(
        kind,
        path,
        String(error.params['additionalProperty']),
        Object.keys(schema.properties ?? {}),
      );
    case 'required':
      return problem(
        path,
        `${formatPath([...path, String(error.params['missingProperty'])])} is missing${purpose(schema, String(error.params['missingProperty']))}`,
      );
    case 'type':
      return problem(
        path,
        error.data === null
          ? `has no value: give it one (${typeText(schema)}) or remove the line`
          : `must be ${typeText(schema)}, not ${valueText(error.data)}${error.schemaPath.includes('/mode/') ? '' : quoteHint(error.data, schema)}`,
      );
    case 'enum':
      return problem(path, `must be one of ${(schema.enum ?? []).map(String).join(', ')}`);
    case 'const':
      return problem(path, `must be ${String(schema.const)}`);
    case 'minimum':
      return problem(path, `must be at least ${schema.minimum}`);
    case 'maximum':
      return problem(path, `must be at most ${schema.maximum}`);
    case 'minItems':
      return problem(path, `must have at least ${schema.minItems} item${schema.minItems === 1 ? '' : 's'}`);
    case 'pattern':
      return problem(
        path,
        `is not written as it must be${schema.description === undefined ? '' : ` (${firstSentence(schema.description)})`}: ${patternWords(schema.pattern ?? '')}`,
      );
    default:
      return problem(path, error.message ?? `breaks the rule ${error.keyword}`);
  }
}

function problem(path: FieldPath, message: string, rule = 'schema'): Problem {
  return { path, rule, message };
}

function describeUnknownKey(kind: Kind, parent: FieldPath, key: string, known: readonly string[]): Problem {
  const path = [...parent, key];
  const pattern = parent
    .map((segment) => (typeof segment === 'number' ? '[]' : segment))
    .join('.')
    .replaceAll('.[]', '[]');
  const withheld = withheldAdvice(kind, pattern, key);
  if (withheld !== undefined) return { ...problem(path, withheld.message, withheld.rule), unknownKey: true };
  const advice = composeAdvice(kind, pattern, key);
  if (advice !== undefined) {
    const message = `${key} is a Compose key that is not supported: ${advice}`;
    return { ...problem(path, message, 'compose-key'), unknownKey: true };
  }
  const meant = suggest(key, known);
  const hint =
    meant !== undefined
      ? `; did you mean ${meant}?`
      : known.length <= 12
        ? `; fields here are ${known.join(', ')}`
        : `; see bastion explain ${kind}.${pattern}`;
  return { ...problem(path, `${key.slice(0, 100)} is not a field of ${kind}${hint}`), unknownKey: true };
}

const TYPE_TEXT: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
};

function typeText(schema: FieldSchema): string {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const texts = types.filter((type) => type !== 'null').map((type) => TYPE_TEXT[type] ?? type);
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'text';
}

/** `image: 1.36` and `user: true` are text to people: YAML sees a number or a boolean unless it is quoted. */
function quoteHint(value: unknown, schema: FieldSchema): string {
  const takesText = schema.type === 'string' || (Array.isArray(schema.type) && schema.type.includes('string'));
  return takesText && (typeof value === 'number' || typeof value === 'boolean') ? ': put it in quotes' : '';
}

function purpose(schema: FieldSchema, name: string): string {
  const description = schema.properties?.[name]?.description;
  return description === undefined ? '' : `: ${firstSentence(description)}`;
}

function firstSentence(description: string): string {
  const end = description.search(/\.(\s|$)/);
  return end < 0 ? description : description.slice(0, end);
}

/** JSON pointer to path; positions in lists become numbers. */
function pointerToPath(document: unknown, pointer: string): FieldPath {
  let value = document;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const segment = Array.isArray(value) ? Number(name) : name;
      value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
      return segment;
    });
}
