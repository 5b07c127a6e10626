/** High-level kinds: `src/stack/` makes resources of the other kinds of them. */
export const STACK_KINDS = [
  'Traefik',
  'Prometheus',
  'NodeExporter',
  'Grafana',
  'AdGuardExporter',
  'ScrapeTarget',
  'Dashboard',
  'NetworkZone',
  'MonitoredService',
] as const;
export type StackKind = (typeof STACK_KINDS)[number];

/** Every kind that a manifest may name. */
export const KINDS = [
  'Bastion',
  'Network',
  'Volume',
  'Image',
  'Directory',
  'File',
  'FilePatch',
  'LogFile',
  'Secret',
  'CertificateAuthority',
  'Certificate',
  'Container',
  'Backup',
  'Gate',
  ...STACK_KINDS,
] as const;
export type Kind = (typeof KINDS)[number];

/** Names one resource: `Kind/name`. An Image may be named by a reference, so the name itself may hold slashes. */
export type Key = `${Kind}/${string}`;

/** `Kind` and name to key. */
export function keyOf(kind: Kind, name: string): Key {
  return `${kind}/${name}`;
}

/** Key to its kind and name; undefined when the text is not a key. */
export function parseKey(text: string): { kind: Kind; name: string } | undefined {
  const slash = text.indexOf('/');
  const kind = text.slice(0, slash) as Kind;
  const name = text.slice(slash + 1);
  return slash > 0 && name !== '' && KINDS.includes(kind) ? { kind, name } : undefined;
}

/** Whether a key names a high-level resource. */
export function isStackKey(key: Key): boolean {
  return STACK_KINDS.some((kind) => key.startsWith(`${kind}/`));
}
