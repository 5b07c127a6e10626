import { isStackKey, type Key } from '../model/key.ts';
import type { DesiredState, Finding } from '../model/resource.ts';
import type { BastionSpec } from '../model/specs.ts';
import { Field, type Problem } from './field.ts';
import type { BastionManifest } from '../model/manifest-types.ts';
import { normaliseBastion } from './normalise/bastion.ts';
import { readHouse } from './normalise/house.ts';
import { toFindings, type ReadManifests } from './read-manifests.ts';
import { checkNotificationFiles, type NotificationFileLook } from './policy/notification-files.ts';
import { readSchema, type FieldSchema } from './schema-files.ts';

/** Who owns what is made, and what all resources have in common. */
export interface Installation {
  readonly instance: string;
  readonly bastion: BastionSpec;
  /** The spec as written, defaults filled in and paths in plain form: what renderers see. */
  readonly written: BastionManifest['spec'];
}

/**
 * The Bastion resource of a directory, its last good version while it is broken, or the defaults when there is none.
 * Undefined when it is broken and nothing is known from before: then nothing may be applied, because under a wrong name
 * the operator would take its own objects for somebody else's.
 */
export function readInstallation(
  manifests: ReadManifests,
  previous: DesiredState | undefined,
  instanceDefault: string,
  surroundings: Omit<NotificationFileLook, 'bastion'>,
): { installation: Installation | undefined; findings: Finding[] } {
  const lastGood =
    previous === undefined
      ? undefined
      : { instance: previous.instance, bastion: previous.bastion, written: previous.expansion.bastion };
  const entry = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
  if (entry !== undefined) {
    const problems: Problem[] = [];
    const manifest = entry.manifest as BastionManifest;
    const field = new Field(['spec'], problems);
    const bastion = normaliseBastion(manifest.spec, field);
    problems.push(...checkNotificationFiles(bastion.notifications, { ...surroundings, bastion }));
    const isUsed = manifests.valid.some(({ key }) => isStackKey(key));
    const house = readHouse(manifest.spec, isUsed ? bastion.allowedRoots : undefined, field);
    const written = { ...house, pkiDirectory: bastion.pkiDirectory };
    const findings = toFindings(entry.document, entry.key, problems);
    if (problems.length > 0 || manifests.brokenKeys.has(entry.key)) return { installation: lastGood, findings };
    return { installation: { instance: manifest.metadata.name, bastion, written }, findings };
  }
  const broken = [...manifests.brokenKeys].some((key: Key) => key.startsWith('Bastion/'));
  if (broken) return { installation: lastGood, findings: [] };
  if (lastGood !== undefined && manifests.brokenFiles.size > 0) return { installation: lastGood, findings: [] };
  return { installation: defaultInstallation(instanceDefault), findings: [] };
}

/** What holds without a Bastion resource: the defaults of its schema. */
export function defaultInstallation(instance: string): Installation {
  const written = defaultsOf(readSchema('Bastion').properties?.['spec'] ?? {}) as unknown as BastionManifest['spec'];
  return { instance, bastion: normaliseBastion(written, new Field(['spec'], [])), written };
}

function defaultsOf(schema: FieldSchema): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.default !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, field.properties === undefined ? field.default : defaultsOf(field)]),
  );
}
