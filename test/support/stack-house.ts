import { parseAllDocuments } from 'yaml';
import { ManifestValidator } from '../../src/desired/validate.ts';
import { STACK_KINDS, type StackKind } from '../../src/model/key.ts';
import type { BackupManifest, BastionManifest } from '../../src/model/manifest-types.ts';
import type { StackManifest } from '../../src/model/stack-manifests.ts';
import type { House } from '../../src/stack/renderer.ts';

type Known = BastionManifest | BackupManifest | StackManifest;

/**
 * A house as loading would hand it to the renderers: documents of YAML, without `apiVersion`, checked against their
 * schemas and with defaults filled in. Without a Bastion it has an empty one.
 *
 * @throws Error for a document that does not fit its schema
 */
export async function stackHouse(text: string, others: Partial<Pick<House, 'levels' | 'source'>> = {}): Promise<House> {
  const validator = new ManifestValidator();
  const documents = parseAllDocuments(`kind: Bastion\nmetadata: {name: bastion}\n---\n${text}`)
    .map((document) => document.toJS() as Omit<Known, 'apiVersion'> | null)
    .filter((document) => document !== null);
  const manifests: Known[] = [];
  for (const document of documents) {
    const manifest = { apiVersion: 'bastion.lab/v1', ...document } as Known;
    const problems = await validator.validate(manifest.kind, manifest);
    if (problems.length > 0) throw new Error(`${manifest.kind}/${manifest.metadata.name}: ${JSON.stringify(problems)}`);
    manifests.push(manifest);
  }
  const bastion = manifests.findLast((manifest) => manifest.kind === 'Bastion');
  if (bastion === undefined) throw new Error('a house has a Bastion');
  const ofKind = (kind: StackKind): Known[] =>
    manifests
      .filter((manifest) => manifest.kind === kind)
      .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
  return {
    bastion: bastion.spec,
    stack: Object.fromEntries(STACK_KINDS.map((kind) => [kind, ofKind(kind)])) as unknown as House['stack'],
    backups: manifests.filter((manifest) => manifest.kind === 'Backup'),
    levels: {},
    image: (reference) => bastion.spec.images[reference] ?? reference,
    source: (of, path) => ({ problem: `${of} has no file ${path}` }),
    ...others,
  };
}

/** The one resource of a kind in a house. */
export function onlyOf<K extends StackKind>(house: House, kind: K): House['stack'][K][number] {
  const [first] = house.stack[kind];
  if (first === undefined) throw new Error(`the house has no ${kind}`);
  return first;
}
