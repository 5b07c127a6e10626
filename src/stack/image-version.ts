/** Major, minor and patch. */
export type Version = readonly [number, number, number];

/**
 * The version that the tag of an image reference tells in full: `registry.lab:5000/traefik:v3.7.9@sha256:...` to 3.7.9.
 * Undefined for `v3`, or a digest alone.
 */
export function imageVersion(reference: string): Version | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(?:$|[^\d.])/.exec(tagOf(reference));
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

/**
 * Whether the program in an image is a version or a later one, by the image's tag (`prom/prometheus:v3.14.0`,
 * `registry.lab:5000/prometheus:2.42.0@sha256:...`). A tag that holds no version counts as later: what the program then
 * refuses is found by the check of its configuration, while what is left out would weaken it silently.
 */
export function isAtLeast(reference: string, major: number, minor: number): boolean {
  const version = /^v?(\d+)\.(\d+)/.exec(tagOf(reference));
  if (version === null) return true;
  const [has, hasMinor] = [Number(version[1]), Number(version[2])];
  return has > major || (has === major && hasMinor >= minor);
}

function tagOf(reference: string): string {
  const name = reference.split('@')[0] ?? '';
  return /:([^:/]+)$/.exec(name)?.[1] ?? '';
}
