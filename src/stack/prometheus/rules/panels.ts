import type { RuleContext } from './context.ts';
import type { RecordingRule, RuleGroup } from './rule.ts';
import { BLOCKED } from './blocked.ts';

/** As many rows as a person looks through; of a thousand resources, all could be unwell. */
const MOST_UNWELL = 200;
const QUERIES = 'adguard_client_dns_queries_total';
const DURATION = 'traefik_service_request_duration_seconds';
const OPERATOR = 'job="bastion",instance="operator.lab:9479"';

/**
 * What panels show of families that are large where a house fills them: so a panel reads a series for each client, service or
 * row, and not one for each of their results, codes and states. With every family at its cap a panel reads a thousand series
 * at most (test/unit/dashboards/touched-series.spec.ts).
 */
export function panelRules({ prometheus }: RuleContext): RuleGroup {
  const isScraped = prometheus.spec.operator !== undefined;
  return { name: 'bastion-panels', rules: [...clientRules(), serviceRule(), ...(isScraped ? [unwellRule()] : [])] };
}

function clientRules(): RecordingRule[] {
  const by = (matchers: string): string => `sum by (client, zone) (rate(${QUERIES}${matchers}[5m]))`;
  const of = (result: string): string => `${QUERIES}{client="10.0.0.9",zone="iot",result="${result}"}`;
  const series = { [of('allowed')]: '0+90x20', [of('safebrowsing')]: '0+30x20' };
  const labels = { client: '10.0.0.9', zone: 'iot' };
  const silent = { [`${QUERIES}{client="10.0.0.8",zone="iot",result="allowed"}`]: '5+0x20' };
  return [
    {
      record: 'client_zone:adguard_client_dns_queries:rate5m',
      expr: by(''),
      cases: [{ series, at: '10m', values: [{ labels, value: 2 }] }],
    },
    {
      record: 'client_zone:adguard_client_dns_blocked:ratio_rate5m',
      expr: `(${by(`{${BLOCKED}}`)} or 0 * ${by('')}) / (${by('')} > 0)`,
      // Of a client that asks for nothing there is no share.
      cases: [{ series: { ...series, ...silent }, at: '10m', values: [{ labels, value: 0.25 }] }],
    },
  ];
}

/** Traefik has a series for each code, method and protocol that a service ever saw. */
function serviceRule(): RecordingRule {
  const by = (suffix: string): string => `sum by (service) (rate(${DURATION}_${suffix}[5m]))`;
  const of = (suffix: string, code: string): string => `${DURATION}_${suffix}{service="memos@file",code="${code}"}`;
  return {
    record: `service:${DURATION}:mean5m`,
    expr: `${by('sum')} / (${by('count')} > 0)`,
    cases: [
      {
        series: {
          [of('sum', '200')]: '0+60x20',
          [of('sum', '500')]: '0+60x20',
          [of('count', '200')]: '0+180x20',
          [of('count', '500')]: '0+60x20',
        },
        at: '10m',
        values: [{ labels: { service: 'memos@file' }, value: 0.5 }],
      },
    ],
  };
}

/** Every resource has a series for each of its conditions, nearly all of which say that it is well. */
function unwellRule(): RecordingRule {
  const of = (name: string, type: string): string =>
    `bastion_resource_condition{${OPERATOR},kind="Container",name="${name}",type="${type}"}`;
  return {
    record: 'kind_name_type:bastion_resource_condition:unwell',
    expr: `topk(${MOST_UNWELL}, max by (kind, name, type) (bastion_resource_condition{type=~"Stalled|Degraded"} == 1))`,
    cases: [
      {
        series: {
          [of('web', 'Degraded')]: '1+0x10',
          [of('well', 'Degraded')]: '0+0x10',
          [of('web', 'Ready')]: '1+0x10',
        },
        at: '5m',
        values: [{ labels: { kind: 'Container', name: 'web', type: 'Degraded' }, value: 1 }],
      },
    ],
  };
}
