/**
 * Whether the program in an image is a version or a later one, by the image's tag (`prom/prometheus:v3.14.0`,
 * `registry.lab:5000/prometheus:2.42.0@sha256:...`). A tag that holds no version counts as later: what the program then
 * refuses is found by the check of its configuration, while what is left out would weaken it silently.
 */
export function isAtLeast(reference: string, major: number, minor: number): boolean {
  const name = reference.split('@')[0] ?? '';
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? '';
  const version = /^v?(\d+)\.(\d+)/.exec(tag);
  if (version === null) return true;
  const [has, hasMinor] = [Number(version[1]), Number(version[2])];
  return has > major || (has === major && hasMinor >= minor);
}
