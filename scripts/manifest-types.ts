import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { KINDS } from '../src/model/key.ts';
import { readSchema, type FieldSchema } from '../src/desired/schema-files.ts';

const BANNER = `/**
 * Generated from crds-like/ by scripts/generate-types.ts; do not edit.
 * The types describe a manifest after validation: fields with a default are always there.
 */
interface Manifest<K, S> {
  apiVersion: 'bastion.lab/v1';
  kind: K;
  metadata: ManifestMetadata;
  spec: S;
}
`;

/** The text that src/model/manifest-types.ts must have. */
export async function renderManifestTypes(): Promise<string> {
  const parts: string[] = [
    BANNER,
    await renderType(readSchema('Container').properties?.['metadata'], 'ManifestMetadata'),
  ];
  for (const kind of KINDS) {
    parts.push(await renderType(readSchema(kind).properties?.['spec'], `${kind}ManifestSpec`));
    parts.push(`export type ${kind}Manifest = Manifest<'${kind}', ${kind}ManifestSpec>;`);
  }
  const config = await resolveConfig(new URL('../package.json', import.meta.url));
  return format(parts.join('\n'), { ...config, parser: 'typescript' });
}

function renderType(schema: FieldSchema | undefined, title: string): Promise<string> {
  const titled = { ...requireDefaulted(schema ?? {}), title } as JSONSchema;
  return compile(titled, title, { bannerComment: '', format: false });
}

/** A copy in which every property with a default is required: validation fills it in. */
function requireDefaulted(schema: FieldSchema): FieldSchema {
  const copy: Record<string, unknown> = { ...schema };
  if (schema.properties !== undefined) {
    const defaulted = Object.entries(schema.properties).filter(([, field]) => field.default !== undefined);
    copy['required'] = [...new Set([...(schema.required ?? []), ...defaulted.map(([name]) => name)])];
    copy['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [name, requireDefaulted(field)]),
    );
  }
  if (schema.items !== undefined) copy['items'] = requireDefaulted(schema.items);
  if (typeof schema.additionalProperties === 'object')
    copy['additionalProperties'] = requireDefaulted(schema.additionalProperties);
  // Tuples of at least so many items read worse than plain lists and are checked at run time anyway.
  delete copy['minItems'];
  delete copy['examples'];
  // What a field means is said in the schema; here it would only be said twice.
  delete copy['description'];
  return copy;
}
