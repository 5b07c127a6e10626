import { keyOf } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import type { StackManifests } from '../../model/stack-manifests.ts';
import { hostName, networkName } from '../names.ts';
import type { House } from '../renderer.ts';
import type { Target } from './target.ts';

/** Where members serve metrics; the ports of node_exporter and of the operator can be chosen. */
const PORTS = { Traefik: 8082, Prometheus: 9090, Grafana: 3000, AdGuardExporter: 9617 } as const;

/** Values of the label `job`, whatever the resources are called: dashboards and rules rely on them. */
export const JOBS = {
  Traefik: 'traefik',
  Prometheus: 'prometheus',
  NodeExporter: 'node-exporter',
  AdGuardExporter: 'adguard-exporter',
  Grafana: 'grafana',
  operator: 'bastion',
} as const;

type Scraped = Exclude<keyof typeof JOBS, 'operator'>;

/** Restarts of a member whose scrapes fail. */
const MEMBER_RESTARTS = 3;

/** The hosts file of Prometheus' container holds the names of what runs in the network of the machine: no DNS is asked. */
const ON_THE_MACHINE = { addressFallback: false } as const;

/** What every Prometheus scrapes without being told: the members of the stack, itself, and the operator if asked to. */
export function memberTargets(prometheus: PrometheusManifest, house: House): Target[] {
  const { bastion, stack } = house;
  const { certificateAuthority: authority } = bastion;
  const target = (member: StackManifests[Scraped], host: string, port: number, container: string): Target => ({
    resource: keyOf(member.kind, member.metadata.name),
    job: JOBS[member.kind],
    host,
    port,
    container,
    network: networkName('monitoring', bastion),
    maxRestarts: MEMBER_RESTARTS,
    path: '/metrics',
    tls: { serverName: host, authority },
  });
  const own = memberHost(prometheus, house);
  return [
    // Whether it answers at all is seen otherwise: a Prometheus that hangs reports no failing scrape of itself.
    { ...target(prometheus, own, PORTS.Prometheus, prometheus.metadata.name), maxRestarts: 0 },
    ...stack.Traefik.map((traefik) => {
      const { existing } = traefik.spec;
      const found = target(
        traefik,
        memberHost(traefik, house),
        PORTS.Traefik,
        existing?.container ?? traefik.metadata.name,
      );
      // A Traefik that was there before us carries other things: it is not restarted for the sake of metrics.
      return existing === undefined ? found : { ...found, maxRestarts: 0 };
    }),
    ...stack.NodeExporter.map((exporter) => ({
      ...target(exporter, memberHost(exporter, house), exporter.spec.port, exporter.metadata.name),
      ...ON_THE_MACHINE,
    })),
    ...stack.AdGuardExporter.map((exporter) =>
      target(exporter, memberHost(exporter, house), PORTS.AdGuardExporter, exporter.metadata.name),
    ),
    ...stack.Grafana.map((grafana) => ({
      ...target(grafana, memberHost(grafana, house), PORTS.Grafana, grafana.metadata.name),
      network: networkName('grafana', bastion),
    })),
    ...operatorTarget(prometheus, house),
  ];
}

/** The host name of a member, `prometheus.lab`. */
export function memberHost(
  { metadata, spec }: { readonly metadata: { readonly name: string }; readonly spec: { readonly hostname?: string } },
  { bastion }: Pick<House, 'bastion'>,
): string {
  return hostName(spec.hostname ?? metadata.name, bastion);
}

/** The host name of the operator in the monitoring network. */
export function operatorHost({ bastion }: Pick<House, 'bastion'>): string {
  return hostName('operator', bastion);
}

function operatorTarget({ metadata, spec }: PrometheusManifest, house: House): Target[] {
  if (spec.operator === undefined) return [];
  const host = operatorHost(house);
  return [
    {
      resource: keyOf('Prometheus', metadata.name),
      job: JOBS.operator,
      host,
      port: spec.operator.port,
      ...ON_THE_MACHINE,
      maxRestarts: 0,
      path: '/metrics',
      tls: { serverName: host, authority: house.bastion.certificateAuthority },
    },
  ];
}
