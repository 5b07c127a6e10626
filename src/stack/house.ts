import type { House, RenderedManifest } from './renderer.ts';
import { targetsDirectory } from './prometheus/target-files.ts';
import { hostName, machineAddress, networkName, OPERATOR_CERTIFICATE } from './names.ts';

/** What the members of the stack share: networks, and the operator's own certificate. Nothing where there is no member. */
export function renderHouse(house: House): readonly RenderedManifest[] {
  const { bastion, stack } = house;
  if (Object.values(stack).every((members) => members.length === 0)) return [];
  const address = machineAddress(bastion);
  return [
    network(networkName('monitoring', bastion), {
      internal: true,
      ipam: { config: [{ subnet: bastion.monitoringSubnet, gateway: address }] },
    }),
    ...(stack.Grafana.length > 0 ? [network(networkName('grafana', bastion), { internal: true })] : []),
    ...(stack.Traefik.length > 0 ? [network(networkName('edge', bastion), {})] : []),
    ...stack.Prometheus.map((prometheus) => targetsDirectory(prometheus.metadata.name, house)),
    {
      apiVersion: 'bastion.lab/v1',
      kind: 'Certificate',
      metadata: { name: OPERATOR_CERTIFICATE },
      spec: {
        issuer: bastion.certificateAuthority,
        dnsNames: [hostName(OPERATOR_CERTIFICATE, bastion)],
        ipAddresses: [address],
        usages: ['clientAuth', 'serverAuth'],
      },
    },
  ];
}

function network(
  name: string,
  spec: Extract<RenderedManifest, { readonly kind: 'Network' }>['spec'],
): RenderedManifest {
  return { apiVersion: 'bastion.lab/v1', kind: 'Network', metadata: { name }, spec };
}
