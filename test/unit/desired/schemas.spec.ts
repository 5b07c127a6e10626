import { Ajv } from 'ajv';
import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderManifestTypes } from '../../../scripts/manifest-types.ts';
import { precompileSchema } from '../../../scripts/support/precompiled-schemas.ts';
import { explain } from '../../../src/desired/explain.ts';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { createSchemaCompiler, type SchemaCheck } from '../../../src/desired/schema-compiler.ts';
import { readSchema, type FieldSchema } from '../../../src/desired/schema-files.ts';
import { KINDS } from '../../../src/model/key.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function* fields(schema: FieldSchema, path: string): Generator<[string, FieldSchema]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${name}`, field];
    yield* fields(field, `${path}.${name}`);
  }
  if (schema.items !== undefined) yield* fields(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* fields(schema.additionalProperties, `${path}.*`);
}

describe('the schemas in crds-like', () => {
  const directory = temporaryDirectory('schemas');

  it('are what the TypeScript types were made from', async function () {
    this.timeout(20_000);
    const current = readFileSync(join(packageRoot(), 'src/model/manifest-types.ts'), 'utf8');
    expect(current, 'run npx tsx scripts/generate-types.ts').to.equal(await renderManifestTypes());
  });

  for (const kind of KINDS) {
    it(`describe every field of ${kind}, and take no other`, () => {
      const schema = readSchema(kind);
      expect(schema).to.include({ $id: `${kind.toLowerCase()}.schema.json`, title: kind, additionalProperties: false });
      for (const [path, field] of fields(schema, kind)) {
        expect(field.description, path)
          .to.be.a('string')
          .and.match(/\.$|…$|\)$/);
        if (field.properties !== undefined) expect(field.additionalProperties, path).to.equal(false);
      }
    });

    it(`carry an example of ${kind} that fits, alone and in the combined schema`, () => {
      const ajv = new Ajv({ allowUnionTypes: true, schemas: KINDS.map((each) => readSchema(each)) });
      const combined = ajv.compile(
        JSON.parse(readFileSync(join(packageRoot(), 'crds-like/all.schema.json'), 'utf8')) as object,
      );
      for (const example of readSchema(kind).examples ?? [])
        expect(combined(example), JSON.stringify(combined.errors)).to.equal(true);
      expect(readSchema(kind).examples).to.have.length.above(0);
    });

    it(`explain every field of ${kind}`, () => {
      for (const [path] of fields(readSchema(kind), kind))
        expect(explain(path.replaceAll('[]', '').replaceAll('.*', ''))).to.contain(
          path.split('.').at(-1)?.replace('[]', ''),
        );
    });
  }

  it('check the same when they are compiled beforehand', async () => {
    mkdirSync(directory(), { recursive: true });
    const path = join(directory(), 'container.mjs');
    writeFileSync(path, precompileSchema('Container'));
    const beforehand = ((await import(pathToFileURL(path).href)) as { default: SchemaCheck }).default;
    const atRunTime = await (await createSchemaCompiler())('Container');
    for (const spec of [{ image: 'a:1' }, {}, { image: 5, ports: [{ target: [] }], nonsense: null }]) {
      const [one, two] = [0, 1].map(() => ({
        apiVersion: 'bastion.lab/v1',
        kind: 'Container',
        metadata: { name: 'web' },
        spec: structuredClone(spec),
      }));
      expect(beforehand(one)).to.equal(atRunTime(two));
      expect(one, 'defaults').to.deep.equal(two);
      expect(beforehand.errors).to.deep.equal(atRunTime.errors);
    }
  });
});

describe('explain', () => {
  it('shows type, default, description, examples and sub-fields', () => {
    const text = explain('Container.spec.ports');
    expect(text).to.match(/^Container\.spec\.ports \(list of string or whole number or map\)/);
    expect(text)
      .to.contain('[HOST_IP:]')
      .and.contain('Examples')
      .and.contain('"127.0.0.1:8080:80"')
      .and.contain('published (');
    expect(explain('container.spec.healthyWithin')).to.contain('(string, default "60s")');
    expect(explain('Container')).to.contain('Fields').and.contain('spec (map, required)').and.contain('$schema=');
    expect(explain('Container.spec.runPolicy')).to.contain('One of: always, once');
    expect(explain('Container.spec.networks.aliases')).to.contain('Extra DNS names');
  });

  it('lists the kinds, a line each', () => {
    const text = explain();
    for (const kind of KINDS) expect(text).to.match(new RegExp(`^  ${kind} +[A-Za-z].*[.…]$`, 'm'));
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(100);
  });

  it('lists what may be written below spec, a line each, with the example as it is written', () => {
    const text = explain('Container');
    expect(text)
      .to.contain('\nFields of spec\n')
      .and.to.match(/^ {2}image +required: Image by pinned reference\.$/m);
    for (const name of Object.keys(readSchema('Container').properties?.['spec']?.properties ?? {}))
      expect(text).to.match(new RegExp(`^  ${name} .*[.…]$`, 'm'));
    expect(text).to.contain('bastion explain Container.spec.image says more of one');
    expect(text).to.contain('\nExample\n  apiVersion: bastion.lab/v1\n  kind: Container\n  metadata:\n    name: web\n');
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(100);
  });

  it('helps with a path that does not exist', () => {
    expect(() => explain('Contaner')).to.throw('did you mean Container?');
    expect(() => explain('Container.spec.port')).to.throw(
      'Container.spec has no field port; did you mean ports? Fields are ',
    );
    expect(() => explain('Container.spec.qqqqqqqq')).to.throw('Container.spec has no field qqqqqqqq. Fields are ');
    expect(() => explain('Container.spec.image.x')).to.throw('Container.spec.image has no fields');
    expect(() => explain('')).to.throw('Kinds are Bastion');
  });
});
