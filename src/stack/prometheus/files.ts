import { keyOf } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { header } from '../header.ts';
import { isAtLeast } from '../image-version.ts';
import { CERTIFICATES_INSIDE, hostName, liveDirectory, OPERATOR_CERTIFICATE } from '../names.ts';
import { milliseconds } from '../quantities.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { webConfig } from '../web-config.ts';
import { memberHost, operatorHost } from './members.ts';
import { placesOf, PROMETHEUS_USER } from './places.ts';
import { casesFiles } from './rules/cases-file.ts';
import { MARKER_REQUEST } from './rules/render.ts';
import type { RuleGroup } from './rules/rule.ts';

/** The key is Prometheus' own, and promtool reads it. */
const CHECK_USER = `${PROMETHEUS_USER}:${PROMETHEUS_USER}`;
/** For loading itself, besides what is waited for before it. */
const LOADING_SECONDS = 30;
/** Name of the one rule file. */
const RULES = 'bastion.yml';
/** Says whether the last reload as a whole succeeded; that a marker is shown says only which version was tried. */
const RELOADED = { path: '/api/v1/status/runtimeinfo', contains: '"reloadConfigSuccess":true' };

type File = Extract<RenderedManifest, { kind: 'File' }>;

/** A rendered text and what it is known by once it is loaded. */
interface Marked {
  readonly text: string;
  readonly marker: string;
}

/** prometheus.yml: promtool must take it, and Prometheus must come to show its marker. */
export function configFile(prometheus: PrometheusManifest, { text, marker }: Marked, house: House): File {
  const { name } = prometheus.metadata;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'File',
    metadata: { name: `${name}-config` },
    spec: {
      path: `${placesOf(name, house).config}/prometheus.yml`,
      content: text,
      check: {
        image: prometheus.spec.image,
        command: ['promtool', 'check', 'config', '{file}'],
        user: CHECK_USER,
        volumes: certificateVolumes(name, house),
      },
      onChange: [reload(prometheus, house, '/api/v1/status/config', marker)],
      dependsOn: [keyOf('Certificate', name)],
    },
  };
}

/** The rule file, with the cases that its rules must pass. */
export function ruleFile(
  prometheus: PrometheusManifest,
  { text, marker }: Marked,
  own: readonly RuleGroup[],
  house: House,
): File {
  const { name } = prometheus.metadata;
  const cases = casesFiles(RULES, own);
  const suffixes = cases.map(({ suffix }) => `{file}${suffix}`);
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'File',
    metadata: { name: `${name}-rules` },
    spec: {
      path: `${placesOf(name, house).rules}/${RULES}`,
      content: text,
      check: {
        image: prometheus.spec.image,
        commands: [
          ['promtool', 'check', 'rules', '{file}'],
          ...(suffixes.length === 0 ? [] : [['promtool', 'test', 'rules', ...suffixes]]),
        ],
        files: Object.fromEntries(cases.map(({ suffix, text: each }) => [`${RULES}${suffix}`, each])),
      },
      onChange: [reload(prometheus, house, MARKER_REQUEST, marker)],
    },
  };
}

/** web.yml. Nobody is told of a change: it is read again for every connection. */
export function webConfigFile(prometheus: PrometheusManifest, house: House): File {
  const { name } = prometheus.metadata;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'File',
    metadata: { name: `${name}-web-config` },
    spec: {
      path: `${placesOf(name, house).config}/web.yml`,
      content: webConfig(header(keyOf('Prometheus', name)), allowedNames(prometheus, house)),
      check: {
        image: prometheus.spec.image,
        command: ['promtool', 'check', 'web-config', '{file}'],
        user: CHECK_USER,
        volumes: certificateVolumes(name, house),
      },
      dependsOn: [keyOf('Certificate', name)],
    },
  };
}

/** Whose certificates may connect; undefined where the image is too old to ask for a name. */
function allowedNames(prometheus: PrometheusManifest, house: House): readonly string[] | undefined {
  if (!isAtLeast(house.image(prometheus.spec.image), 2, 45)) return undefined;
  const { stack, bastion } = house;
  const names = [
    memberHost(prometheus, house),
    ...[...stack.Traefik, ...stack.Grafana].map((member) => memberHost(member, house)),
    operatorHost(house),
    hostName(bastion.clientCertificate ?? OPERATOR_CERTIFICATE, bastion),
  ];
  return [...new Set(names)];
}

/** What the checks must see besides the candidate: they read the certificate and the key that it names. */
function certificateVolumes(name: string, { bastion }: House): string[] {
  return [`${liveDirectory(name, bastion)}:${CERTIFICATES_INSIDE}`];
}

function reload(
  prometheus: PrometheusManifest,
  house: House,
  path: string,
  marker: string,
): NonNullable<File['spec']['onChange']>[number] {
  return {
    container: prometheus.metadata.name,
    signal: 'SIGHUP',
    loaded: {
      port: 9090,
      path,
      contains: marker,
      within: loadedWithin(prometheus),
      and: [RELOADED],
      tls: { serverName: memberHost(prometheus, house), authority: house.bastion.certificateAuthority },
    },
  };
}

/**
 * A reload waits until the scrapes that are under way have ended, and until then Prometheus does not tell how it went: a
 * target that hangs delays both by the timeout of its scrape (prometheus/prometheus#5382, #16595; tried with 2.42).
 */
function loadedWithin({ spec }: PrometheusManifest): string {
  return `${LOADING_SECONDS + milliseconds(spec.scrapeTimeout) / 1000}s`;
}
