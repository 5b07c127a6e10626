import { keyOf } from '../model/key.ts';
import type { PrometheusManifest } from '../model/manifest-types.ts';
import { prometheusConfig } from './prometheus/config.ts';
import { prometheusContainer } from './prometheus/container.ts';
import { extraRules } from './prometheus/extra-rules.ts';
import { configFile, ruleFile, webConfigFile } from './prometheus/files.ts';
import { memberHost } from './prometheus/members.ts';
import { metricNames } from './prometheus/metric-names.ts';
import { placesOf, PROMETHEUS_USER } from './prometheus/places.ts';
import { effective } from './prometheus/pressure.ts';
import { prometheusProblems } from './prometheus/problems.ts';
import { alertNames, ruleGroups } from './prometheus/rules/groups.ts';
import { rulesFile } from './prometheus/rules/render.ts';
import { prometheusService } from './prometheus/service.ts';
import { targetsOf } from './prometheus/targets.ts';
import type { House, RenderedManifest, Renderer } from './renderer.ts';

/** A Prometheus: directories, certificate, configuration, rules, and the container. */
export const renderPrometheus: Renderer<'Prometheus'> = (prometheus, house) => {
  const { name } = prometheus.metadata;
  const settings = effective(prometheus, house.levels);
  const targets = targetsOf(prometheus, house);
  const own = ruleGroups({ prometheus, house });
  const extra = extraRules(prometheus, house);
  const expressions = [...own.flatMap(({ rules }) => rules.map(({ expr }) => expr)), ...extra.expressions];
  const needed = [...new Set(expressions.flatMap(metricNames))].sort();
  const config = prometheusConfig({ prometheus, house, settings, targets, needed });
  const rules = rulesFile(keyOf('Prometheus', name), own, extra.groups);
  return {
    manifests: [
      ...directories(prometheus, house),
      certificate(prometheus, house),
      configFile(prometheus, config, house),
      webConfigFile(prometheus, house),
      ruleFile(prometheus, rules, own, house),
      prometheusContainer(prometheus, targets, settings, house),
    ],
    service: prometheusService(prometheus, targets, house),
    problems: [...prometheusProblems(prometheus, alertNames({ prometheus, house })), ...extra.problems],
  };
};

/** Prometheus writes to its data only; what it reads is the operator's. */
function directories({ metadata: { name } }: PrometheusManifest, house: House): RenderedManifest[] {
  const { config, rules, data } = placesOf(name, house);
  const readable = { config, rules };
  return [
    ...Object.entries(readable).map(([what, path]): RenderedManifest => ({
      apiVersion: 'bastion.lab/v1',
      kind: 'Directory',
      metadata: { name: `${name}-${what}` },
      spec: { path },
    })),
    {
      apiVersion: 'bastion.lab/v1',
      kind: 'Directory',
      metadata: { name: `${name}-data` },
      spec: { path: data, owner: PROMETHEUS_USER, group: PROMETHEUS_USER, mode: '0750', sentinel: true },
    },
  ];
}

/** For what it serves and for what it scrapes. It reads the files again by itself, so it is only looked at. */
function certificate(prometheus: PrometheusManifest, house: House): RenderedManifest {
  const { name } = prometheus.metadata;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Certificate',
    metadata: { name },
    spec: {
      issuer: house.bastion.certificateAuthority,
      dnsNames: [memberHost(prometheus, house)],
      owner: PROMETHEUS_USER,
      group: PROMETHEUS_USER,
      consumers: [{ container: name, served: { port: 9090 } }],
    },
  };
}
