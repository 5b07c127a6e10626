import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { readSchema } from '../../src/desired/schema-files.ts';
import { AJV_OPTIONS } from '../../src/desired/schema-options.ts';
import { KINDS, type Kind } from '../../src/model/key.ts';

/** The check of one kind's schema as the text of a module; it needs nothing of ajv at run time. */
export function precompileSchema(kind: Kind): string {
  const ajv = new Ajv({ ...AJV_OPTIONS, validateSchema: true, code: { esm: true, source: true } });
  const code = standalone.default(ajv, ajv.compile(readSchema(kind)));
  if (/\brequire\(/.test(code))
    throw new Error(
      `The schema of ${kind} uses a keyword whose check needs ajv at run time (e.g. minLength, uniqueItems)`,
    );
  return code;
}

/** Text of the module that stands in for src/desired/schema-compiler.ts in a build. */
function standIn(): string {
  const cases = KINDS.map((kind) => `  ${kind}: () => import('bastion-schema:${kind}'),`);
  return [
    'const CHECKS = {',
    ...cases,
    '};',
    'export async function createSchemaCompiler() {',
    '  return async (kind) => (await CHECKS[kind]()).default;',
    '}',
  ].join('\n');
}

/** esbuild plugin: schemas are compiled while building, and each kind's check is loaded when it is first met. */
export const precompiledSchemas: Plugin = {
  name: 'precompiled-schemas',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]desired[\\/]schema-compiler\.ts$/ }, () => ({ contents: standIn(), loader: 'js' }));
    builder.onResolve({ filter: /^bastion-schema:/ }, ({ path }) => ({
      path: path.slice('bastion-schema:'.length),
      namespace: 'bastion-schema',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'bastion-schema' }, ({ path }) => ({
      contents: precompileSchema(path as Kind),
      loader: 'js',
    }));
  },
};
