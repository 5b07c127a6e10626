/** The parts of an image reference. */
export interface ImageReference {
  /** e.g. `prom/prometheus`, `registry.lan:5000/app`. */
  readonly repository: string;
  /** Digest if there is one, else the tag, else `latest` (without any the engine would pull every tag). */
  readonly version: string;
  /** Host as people know it. */
  readonly registry: string;
}

/** Reference to its parts: `[host[:port]/]path[:tag][@digest]`. */
export function splitReference(reference: string): ImageReference {
  const at = reference.indexOf('@');
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const repository = tagged ? named.slice(0, colon) : named;
  const version = at >= 0 ? reference.slice(at + 1) : tagged ? named.slice(colon + 1) : 'latest';
  const first = repository.slice(0, Math.max(repository.indexOf('/'), 0));
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return { repository, version, registry: isHost ? first : 'Docker Hub' };
}

/**
 * Whether the engine may have taken a text for the beginning of an id although it was meant as a name: only
 * hexadecimal digits, and too few for a whole id.
 */
export function couldBeIdPrefix(text: string): boolean {
  return /^(sha256:)?[0-9a-f]{1,63}$/.test(text);
}
