import type { Kind } from '../model/key.ts';
import { AJV_OPTIONS } from './schema-options.ts';
import { readSchema } from './schema-files.ts';

/** One thing that a document's value breaks: the part of ajv's ErrorObject that messages are made of. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: object;
  readonly data?: unknown;
}

/** Fills in defaults and says whether the value fits; the errors of the last call are kept on the function. */
export interface SchemaCheck {
  (value: unknown): unknown;
  errors?: readonly SchemaError[] | null;
}

/**
 * Compiles the schemas of crds-like/ at run time. A build puts checks that were compiled beforehand in the place of this
 * module (scripts/support/precompiled-schemas.ts): loading ajv and compiling is most of a short command's time.
 */
export async function createSchemaCompiler(): Promise<(kind: Kind) => Promise<SchemaCheck>> {
  const { Ajv } = await import('ajv');
  const ajv = new Ajv(AJV_OPTIONS);
  return async (kind) => ajv.compile(readSchema(kind)) as SchemaCheck;
}
