import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { manifest, type Manifest } from './desired-directory.ts';
import type { StackPlace } from './stack-place.ts';

type Spec = Readonly<Record<string, unknown>>;

/** The desired state that is shipped. */
export const SHIPPED = join(dirname(fileURLToPath(import.meta.url)), '../../desired-state');

/** Kinds whose resources are containers on the engine. */
const MEMBERS = ['Traefik', 'Prometheus', 'NodeExporter', 'AdGuardExporter', 'Grafana'];

/** Manifests by the name of their file. */
export type ShippedFiles = Readonly<Record<string, readonly Manifest[]>>;

/** What is shipped, as it is. */
export function shippedFiles(): ShippedFiles {
  const files = readdirSync(SHIPPED).filter((file) => /\.ya?ml$/.test(file));
  return Object.fromEntries(files.sort().map((file) => [file, readAll(join(SHIPPED, file))]));
}

/**
 * What is shipped, as its user would change it for one place: names that nothing else has on the engine, host names as
 * shipped, and these fields instead of those of a resource (by `Kind`, or `Kind/name`).
 */
export function shippedFor(stack: StackPlace, changes: Readonly<Record<string, Spec>> = {}): ShippedFiles {
  const rename = (key: string): string => {
    const [kind = '', name = ''] = key.split('/');
    return MEMBERS.includes(kind) ? `${kind}/${stack.name(name)}` : key;
  };
  const adapt = ({ kind, metadata: { name }, spec }: Manifest): Manifest => {
    const dependsOn = ((spec['dependsOn'] ?? []) as string[]).map(rename);
    const changed = { ...spec, dependsOn, ...changes[kind], ...changes[`${kind}/${name}`] };
    if (kind === 'Bastion') return stack.bastion(changes['Bastion']);
    if (!MEMBERS.includes(kind)) return manifest(kind, name, changed);
    return manifest(kind, stack.name(name), kind === 'Traefik' ? changed : { hostname: name, ...changed });
  };
  return Object.fromEntries(
    Object.entries(shippedFiles()).map(([file, manifests]) => [file, manifests.map(adapt)] as const),
  );
}

function readAll(path: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'));
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const { kind, metadata, spec = {} } = document.toJS() as Manifest & { spec?: Spec };
    return { kind, metadata, spec };
  });
}
