import { EngineError } from './errors.ts';
import { parseJson } from './ndjson.ts';

/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object (and no array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that must be text; fails with `ENGINE_GARBAGE`. */
export function textMember(value: JsonObject, member: string, call: string): string {
  const text = value[member];
  if (typeof text !== 'string') throw new EngineError('ENGINE_GARBAGE', call, `the answer has no text "${member}"`);
  return text;
}

/** A body that must be a JSON object with the given text members; fails with `ENGINE_GARBAGE`. */
export function parseObject<T>(body: Buffer, call: string, ...members: (keyof T & string)[]): T {
  const value = parseJson(body.toString(), call);
  if (!isObject(value)) throw new EngineError('ENGINE_GARBAGE', call, 'expected a JSON object');
  for (const member of members) textMember(value, member, call);
  return value as T;
}

/** A body that must be a JSON list of objects with the given text members; fails with `ENGINE_GARBAGE`. */
export function parseList<T>(value: unknown, call: string, ...members: (keyof T & string)[]): T[] {
  if (!Array.isArray(value)) throw new EngineError('ENGINE_GARBAGE', call, 'expected a JSON list');
  for (const item of value as unknown[]) {
    if (!isObject(item)) throw new EngineError('ENGINE_GARBAGE', call, 'expected a JSON list of objects');
    for (const member of members) textMember(item, member, call);
  }
  return value as T[];
}
