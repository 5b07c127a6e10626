import type { House } from '../renderer.ts';
import { ACCESS_LOG, placesOf } from './places.ts';

/** Host path of the access log of the Traefik of a house; undefined where there is none. */
export function accessLogPath({ bastion, stack }: Pick<House, 'bastion' | 'stack'>): string | undefined {
  const [traefik] = stack.Traefik;
  const logs = traefik === undefined ? undefined : placesOf(traefik, bastion).logs;
  return logs === undefined ? undefined : `${logs.host}/${ACCESS_LOG}`;
}
