import { memberDirectory } from '../names.ts';
import type { House } from '../renderer.ts';

/** Host path of the access log of the Traefik of a house; undefined where there is none. */
export function accessLogPath({ bastion, stack }: Pick<House, 'bastion' | 'stack'>): string | undefined {
  const [traefik] = stack.Traefik;
  if (traefik?.spec.accessLog.enabled !== true) return undefined;
  const { existing } = traefik.spec;
  const [adopted] = existing?.logDirectory?.split(':') ?? [];
  if (existing !== undefined) return adopted === undefined ? undefined : `${adopted}/access.log`;
  return `${memberDirectory(traefik.metadata.name, 'logs', bastion)}/access.log`;
}
