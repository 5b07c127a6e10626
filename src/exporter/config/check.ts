import type { Schema } from './schema.ts';

/** A problem of the configuration: where (`zones[1].name`) and what. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

const MOST_SHOWN = 60;

/**
 * Checks a value against a schema and fills in defaults: the completed copy, and what is wrong. Unknown keys are wrong.
 * The copy is to be used only when nothing is.
 */
export function check(schema: Schema, value: unknown, path: string, problems: Problem[]): unknown {
  const wrong = (message: string): undefined =>
    void problems.push({ path: path === '' ? '(document)' : path, message });
  switch (schema.type) {
    case 'object':
      if (!isObject(value)) return wrong(`must be an object, is ${describe(value)}`);
      return checkObject(schema, value, path, problems);
    case 'array':
      if (!Array.isArray(value)) return wrong(`must be a list, is ${describe(value)}`);
      if (schema.maxItems !== undefined && value.length > schema.maxItems)
        return wrong(`has ${value.length} entries, at most ${schema.maxItems} are possible`);
      return value.map((item, index) => check(schema.items, item, `${path}[${index}]`, problems));
    case 'string':
      if (typeof value !== 'string') return wrong(`must be a text, is ${describe(value)}`);
      if (schema.enum !== undefined && !schema.enum.includes(value))
        return wrong(`must be ${schema.enum.join(' or ')}, is ${describe(value)}`);
      if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
        return wrong(`must match ${schema.pattern}, is ${describe(value)}`);
      return value;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < schema.minimum || value > schema.maximum)
        return wrong(`must be a whole number from ${schema.minimum} to ${schema.maximum}, is ${describe(value)}`);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') return wrong(`must be true or false, is ${describe(value)}`);
      return value;
  }
}

function checkObject(
  schema: Extract<Schema, { type: 'object' }>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  problems: Problem[],
): unknown {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const known = Object.keys(schema.properties);
  for (const key of Object.keys(value))
    if (!known.includes(key)) problems.push({ path: at(key), message: `is not known; there is ${known.join(', ')}` });
  const whole: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(schema.properties)) {
    if (Object.hasOwn(value, key)) whole[key] = check(inner, value[key], at(key), problems);
    else if (schema.required?.includes(key) === true) problems.push({ path: at(key), message: 'is missing' });
    else if (inner.type !== 'object' && inner.default !== undefined) whole[key] = inner.default;
  }
  return whole;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
