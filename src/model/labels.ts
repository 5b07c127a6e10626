import type { Key } from './key.ts';

/** Labels that make an object ours. They are immutable in Docker, so they are the operator's memory. */
export const LABEL = {
  /** Name of the Bastion resource that owns the object. */
  instance: 'lab.bastion.instance',
  /** `Kind/name` of the resource. */
  key: 'lab.bastion.key',
  /** Hash of the normalised spec that it was made from. */
  specHash: 'lab.bastion.spec-hash',
  /** On a replacement: id of the container that it replaces. */
  replaces: 'lab.bastion.replaces',
} as const;

const OWN_PREFIXES = ['lab.bastion.', 'com.docker.compose.'];

/** Whether a label is set by the operator rather than by a manifest or an image. */
export function isOwnLabel(name: string): boolean {
  return OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Ownership as read from an object's labels. */
export interface Ownership {
  readonly instance: string;
  readonly key: Key;
  readonly specHash: string;
  readonly replaces?: string;
}

/** Labels to ownership; undefined for a foreign object. */
export function readOwnership(labels: Readonly<Record<string, string>>): Ownership | undefined {
  const instance = labels[LABEL.instance];
  const key = labels[LABEL.key];
  if (instance === undefined || key === undefined) return undefined;
  const replaces = labels[LABEL.replaces];
  return {
    instance,
    key: key as Key,
    specHash: labels[LABEL.specHash] ?? '',
    ...(replaces === undefined ? {} : { replaces }),
  };
}

/**
 * The labels of an object of ours. The Compose ones make `docker compose ls/ps/logs` and every Docker UI show the
 * stack grouped (names: https://github.com/docker/compose/blob/main/pkg/api/labels.go).
 */
export function ownLabels(ownership: Ownership): Record<string, string> {
  const name = ownership.key.slice(ownership.key.indexOf('/') + 1);
  const kind = ownership.key.slice(0, ownership.key.indexOf('/'));
  const compose: Record<string, string> = { 'com.docker.compose.project': ownership.instance };
  if (kind === 'Container') {
    compose['com.docker.compose.service'] = name;
    compose['com.docker.compose.container-number'] = '1';
    compose['com.docker.compose.oneoff'] = 'False';
    compose['com.docker.compose.config-hash'] = ownership.specHash.replace(/^v\d+:/, '');
  } else if (kind === 'Network') compose['com.docker.compose.network'] = name;
  else if (kind === 'Volume') compose['com.docker.compose.volume'] = name;
  return {
    ...compose,
    [LABEL.instance]: ownership.instance,
    [LABEL.key]: ownership.key,
    [LABEL.specHash]: ownership.specHash,
    ...(ownership.replaces === undefined ? {} : { [LABEL.replaces]: ownership.replaces }),
  };
}
