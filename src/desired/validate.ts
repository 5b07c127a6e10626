import { KINDS, type Kind } from '../model/key.ts';
import type { Problem } from './field.ts';
import { createSchemaCompiler, type SchemaCheck } from './schema-compiler.ts';
import { describeSchemaError } from './schema-messages.ts';
import { suggest } from './suggest.ts';

/**
 * Checks documents against the schemas of crds-like/. A kind is loaded when it is first met, so that a short command
 * pays only for the kinds in use.
 */
export class ManifestValidator {
  #compiler: ReturnType<typeof createSchemaCompiler> | undefined;
  readonly #checks = new Map<Kind, SchemaCheck>();

  /** Fills in defaults and returns what is wrong, in the order of the schema; empty when the document is good. */
  async validate(kind: Kind, value: unknown): Promise<Problem[]> {
    const check = this.#checks.get(kind) ?? (await this.#load(kind));
    if (check(value) === true) return [];
    return (check.errors ?? []).map((error) => describeSchemaError(kind, value, error));
  }

  async #load(kind: Kind): Promise<SchemaCheck> {
    this.#compiler ??= createSchemaCompiler();
    const check = await (await this.#compiler)(kind);
    this.#checks.set(kind, check);
    return check;
  }
}

/** What a document says that it is, as far as it can be told; with what is wrong with that. */
export function identify(value: unknown): { kind?: Kind; name?: string; problems: Problem[] } {
  if (!isRecord(value))
    return {
      problems: [{ path: [], rule: 'schema', message: 'a resource is a map with apiVersion, kind, metadata and spec' }],
    };
  const metadata = value['metadata'];
  const named = isRecord(metadata) ? metadata['name'] : undefined;
  const name = typeof named === 'string' && named !== '' ? { name: named } : {};
  const kind = value['kind'];
  const known = KINDS.find((candidate) => candidate === kind);
  if (known !== undefined) return { kind: known, ...name, problems: [] };
  return {
    ...name,
    problems: [{ path: kind === undefined ? [] : ['kind'], rule: 'schema', message: kindMessage(value) }],
  };
}

function kindMessage(value: Readonly<Record<string, unknown>>): string {
  const kind = value['kind'];
  if (kind === undefined && isRecord(value['services']))
    return 'is a Compose file; write one Container document for each service, its keys below spec';
  if (typeof kind !== 'string') return `kind is missing or not text; it is one of ${KINDS.join(', ')}`;
  const meant = suggest(kind, KINDS);
  return `${JSON.stringify(kind.slice(0, 64))} is not a kind${meant === undefined ? '.' : `; did you mean ${meant}?`} Kinds are ${KINDS.join(', ')}`;
}

/** Whether a value is a map. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
