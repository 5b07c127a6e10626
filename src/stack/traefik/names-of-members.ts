import { hostName, machineAddress } from '../names.ts';
import { memberHost, operatorHost } from '../prometheus/members.ts';
import type { House } from '../renderer.ts';

/**
 * All names and addresses that certificates of members of the stack, and of the operator, hold. What is not called so in
 * its certificate is no member, wherever it answers.
 */
export function namesOfMembers(house: Pick<House, 'bastion' | 'stack'>): ReadonlySet<string> {
  const { bastion, stack } = house;
  const members = [...stack.Prometheus, ...stack.Grafana, ...stack.NodeExporter, ...stack.AdGuardExporter];
  return new Set([
    ...members.map((member) => memberHost(member, house)),
    ...stack.Traefik.flatMap(({ metadata, spec }) => [hostName(spec.hostname, bastion), metadata.name]),
    operatorHost(house),
    machineAddress(bastion),
  ]);
}
