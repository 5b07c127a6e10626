import { createHash } from 'node:crypto';

/**
 * Text that tells one version of a file from every other, put into the file where it has no effect: what a running
 * Prometheus then shows of it says which version it has loaded.
 *
 * @param what the file is, e.g. `config`
 * @param content the file without the marker
 */
export function markerOf(what: string, content: string): string {
  return `bastion-${what}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}
