import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../model/key.ts';
import { packageRoot } from './package-root.ts';

/** The part of JSON Schema (draft 07) that the files in crds-like/ use. */
export interface FieldSchema {
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean | FieldSchema;
  readonly items?: FieldSchema;
}

/** The schema of a kind, as in crds-like/<kind>.schema.json. */
export function readSchema(kind: Kind): FieldSchema {
  const path = join(packageRoot(), 'crds-like', `${kind.toLowerCase()}.schema.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as FieldSchema;
}
