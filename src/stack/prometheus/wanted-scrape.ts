import type { Key } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { chosenMember } from '../chosen-member.ts';
import { hostName, networkName } from '../names.ts';
import { milliseconds } from '../quantities.ts';
import type { House, RenderProblem } from '../renderer.ts';
import type { Limits, Target } from './target.ts';

/** How a manifest asks for something to be scraped: the spec of a ScrapeTarget, or `scrape` of a MonitoredService. */
export interface ScrapeWish {
  readonly prometheus?: string;
  readonly job?: string;
  readonly host?: string;
  readonly container?: string;
  readonly port?: number;
  readonly path: string;
  readonly insecure?: string;
  readonly serverName?: string;
  readonly authority?: string;
  readonly address?: string;
  readonly interval?: string;
  readonly limits?: Partial<Limits>;
  readonly labels: Readonly<Record<string, string>>;
  readonly heavy: boolean;
  readonly maxRestarts: number;
}

/** A wish, whose it is, and where in its document it stands. */
export interface PlacedWish {
  readonly resource: Key;
  readonly name: string;
  readonly wish: ScrapeWish;
  readonly path: readonly string[];
}

/** What a wish comes to. With problems it comes to nothing. */
export interface ReadWish {
  readonly prometheus?: PrometheusManifest;
  readonly target?: Target;
  readonly problems: readonly RenderProblem[];
}

/** A sample counts for five minutes; with one scrape lost the next must still come in time. */
export const LONGEST_INTERVAL = '2m';

/** Labels that say which target it is. */
const OWN_LABELS = ['job', 'instance'];

/** A wish to the target that it asks for, and the Prometheus that it asks. */
export function readWish({ resource, name, wish, path }: PlacedWish, house: House): ReadWish {
  const problems: RenderProblem[] = [];
  const refuse = (field: string, message: string): number => problems.push({ path: [...path, field], message });
  const chosen = chosenMember('Prometheus', wish.prometheus, house);
  if (chosen.member === undefined) refuse('prometheus', chosen.problem);
  const host = wish.host ?? (wish.container === undefined ? undefined : hostName(wish.container, house.bastion));
  if (host === undefined) refuse('host', 'says nowhere what is scraped: name a host or a container');
  if (wish.port === undefined) refuse('port', 'is missing: say which port serves the metrics');
  if (wish.interval !== undefined && milliseconds(wish.interval) > milliseconds(LONGEST_INTERVAL))
    refuse('interval', `is longer than ${LONGEST_INTERVAL}: a sample counts for 5m, so graphs would have holes`);
  for (const label of Object.keys(wish.labels)) refuseLabel(label, refuse);
  if (wish.insecure !== undefined && (wish.serverName ?? wish.authority) !== undefined)
    refuse('insecure', 'means no TLS, so serverName and authority have no use: leave one of them out');
  if (problems.length > 0 || chosen.member === undefined || host === undefined || wish.port === undefined)
    return { problems };
  const target: Target = {
    resource,
    job: wish.job ?? name,
    host,
    port: wish.port,
    ...placeOf(wish, chosen.member, house),
    ...(wish.heavy ? { isHeavy: true } : {}),
    maxRestarts: wish.container === undefined ? 0 : wish.maxRestarts,
    path: wish.path,
    ...securityOf(wish, host, house),
    ...(wish.interval === undefined ? {} : { interval: wish.interval }),
    ...(wish.limits === undefined ? {} : { limits: wish.limits }),
    labels: wish.labels,
  };
  return { prometheus: chosen.member, target, problems };
}

function refuseLabel(label: string, refuse: (field: string, message: string) => void): void {
  if (OWN_LABELS.includes(label)) refuse('labels', `holds ${label}, which says what is scraped: choose another name`);
  else if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith('__'))
    refuse('labels', `holds ${label}, which is no name of a label: letters, digits and single _, no digit first`);
}

/** A container is sought in the monitoring network, unless its Prometheus joined others. */
function placeOf(
  { container, address }: ScrapeWish,
  prometheus: PrometheusManifest,
  { bastion }: House,
): Pick<Target, 'container' | 'network' | 'address'> {
  return {
    ...(container === undefined ? {} : { container }),
    ...(container === undefined || prometheus.spec.networks.length > 0
      ? {}
      : { network: networkName('monitoring', bastion) }),
    ...(address === undefined ? {} : { address }),
  };
}

function securityOf(wish: ScrapeWish, host: string, { bastion }: House): Pick<Target, 'tls'> {
  if (wish.insecure !== undefined) return {};
  return {
    tls: { serverName: wish.serverName ?? host, authority: wish.authority ?? bastion.certificateAuthority },
  };
}
