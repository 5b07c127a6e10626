import { readSchema, type FieldSchema } from '../../src/desired/schema-files.ts';
import { KINDS } from '../../src/model/key.ts';
import { cell, code, table } from './table.ts';

/** docs/kinds.md, of the schemas in crds-like/. */
export function kindsPage(): string {
  const head = [
    '# Kinds',
    '',
    'Generated from `crds-like/` by `npm run generate`. `bastion explain KIND.FIELD` shows the same on a terminal. All kinds',
    'have `apiVersion: bastion.lab/v1`, `kind`, and `metadata` with `name`, `labels` and `annotations`.',
    '',
  ];
  const kinds = KINDS.flatMap((kind) => {
    const schema = readSchema(kind);
    const spec = schema.properties?.['spec'];
    const fields = table(['field', 'type', 'default', 'is'], spec === undefined ? [] : rows(spec, 'spec'));
    return [`## ${kind}`, '', schema.description ?? '', '', fields, ''];
  });
  return [...head, ...kinds].join('\n');
}

/** One table row for every field below, depth first. */
function rows(schema: FieldSchema, path: string): string[][] {
  const required = new Set(schema.required ?? []);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const standard =
      field.default === undefined ? (required.has(name) ? 'required' : '') : code(JSON.stringify(field.default));
    return [[code(at), typeOf(field), standard, cell(field.description ?? '')], ...rows(field, at)];
  });
  const items = schema.items === undefined ? [] : rows(schema.items, `${path}[]`);
  const additional = schema.additionalProperties;
  return [...own, ...items, ...(typeof additional === 'object' ? rows(additional, `${path}.<name>`) : [])];
}

function typeOf(field: FieldSchema): string {
  if (field.enum !== undefined) return field.enum.map((value) => code(String(value))).join(', ');
  return [field.type ?? 'any'].flat().join(' or ');
}
