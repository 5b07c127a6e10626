/**
 * `npm run generate`: writes docs/kinds.md from the schemas in crds-like/. With --check it writes nothing and fails when
 * the file is not current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { readSchema, type FieldSchema } from '../src/desired/schema-files.ts';
import { KINDS } from '../src/model/key.ts';

const target = new URL('../docs/kinds.md', import.meta.url);
const wanted = await renderKinds();
if (!process.argv.includes('--check')) writeFileSync(target, wanted);
else if (!existsSync(target) || readFileSync(target, 'utf8') !== wanted) {
  process.stderr.write('docs/kinds.md is not current: run npm run generate\n');
  process.exitCode = 1;
}

async function renderKinds(): Promise<string> {
  const lines = [
    '# Kinds',
    '',
    'Generated from `crds-like/` by `npm run generate`. `bastion explain KIND.FIELD` shows the same on a terminal. All kinds',
    'have `apiVersion: bastion.lab/v1`, `kind`, and `metadata` with `name`, `labels` and `annotations`.',
    '',
  ];
  for (const kind of KINDS) {
    const schema = readSchema(kind);
    const spec = schema.properties?.['spec'];
    lines.push(
      `## ${kind}`,
      '',
      schema.description ?? '',
      '',
      '| field | type | default | is |',
      '| --- | --- | --- | --- |',
    );
    if (spec !== undefined) lines.push(...rows(spec, 'spec'));
    lines.push('');
  }
  const config = await resolveConfig(target);
  return format(lines.join('\n'), { ...config, parser: 'markdown' });
}

/** One table row for every field below, depth first. */
function rows(schema: FieldSchema, path: string): string[] {
  const required = new Set(schema.required ?? []);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const standard =
      field.default === undefined ? (required.has(name) ? 'required' : '') : code(JSON.stringify(field.default));
    return [
      `| ${code(at)} | ${typeOf(field)} | ${standard} | ${escape(field.description ?? '')} |`,
      ...rows(field, at),
    ];
  });
  const items = schema.items === undefined ? [] : rows(schema.items, `${path}[]`);
  const additional = schema.additionalProperties;
  return [...own, ...items, ...(typeof additional === 'object' ? rows(additional, `${path}.<name>`) : [])];
}

function typeOf(field: FieldSchema): string {
  if (field.enum !== undefined) return field.enum.map((value) => code(String(value))).join(', ');
  return [field.type ?? 'any'].flat().join(' or ');
}

function code(text: string): string {
  return `\`${escape(text)}\``;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}
