import type { RuleGroup } from './rule.ts';

const UP = 'up{job="nas",instance="nas.lab:9100"}';
const TARGET = { job: 'nas', instance: 'nas.lab:9100' };
const EXCEEDED =
  'prometheus_target_scrapes_exceeded_sample_limit_total{job="prometheus",instance="prometheus.lab:9090"}';

/** Whether what should be scraped is scraped. */
export function targetRules(): RuleGroup {
  return {
    name: 'bastion-targets',
    rules: [
      {
        alert: 'TargetDown',
        expr: 'up == 0',
        for: '5m',
        severity: 'critical',
        summary: '{{ $labels.job }} cannot be scraped',
        description:
          '{{ $labels.instance }} has not answered for five minutes: it is down, its name does not resolve, or one of the two certificates is refused.',
        cases: [
          {
            when: 'it has been down for longer than five minutes',
            series: { [UP]: '1 1 0+0x10' },
            at: '8m',
            fires: [TARGET],
          },
          { when: 'it was down for three minutes only', series: { [UP]: '1 1 0 0 0 1+0x10' }, at: '8m', fires: [] },
        ],
      },
      {
        alert: 'TargetFlapping',
        expr: 'changes(up[30m]) >= 6',
        severity: 'warning',
        summary: '{{ $labels.job }} comes and goes',
        description: '{{ $labels.instance }} went down or came back {{ $value }} times within half an hour.',
        cases: [
          { when: 'it goes down and comes back', series: { [UP]: '1 0 1 0 1 0 1 0 1' }, at: '8m', fires: [TARGET] },
          { when: 'it was restarted once', series: { [UP]: '1 1 1 0 1 1 1 1 1' }, at: '8m', fires: [] },
        ],
      },
      {
        alert: 'ScrapeLimitExceeded',
        expr: [
          'increase(prometheus_target_scrapes_exceeded_sample_limit_total[15m]) > 0',
          'increase(prometheus_target_scrapes_exceeded_body_size_limit_total[15m]) > 0',
          'increase(prometheus_target_scrape_pool_exceeded_label_limits_total[15m]) > 0',
          'increase(prometheus_target_scrape_pool_exceeded_target_limit_total[15m]) > 0',
        ].join(' or '),
        severity: 'warning',
        summary: 'A scrape brings more than it may',
        description:
          'The whole scrape is thrown away then, so TargetDown names which one it is; the page of targets says which limit.',
        cases: [
          {
            when: 'a scrape was thrown away for its number of samples',
            series: { [EXCEEDED]: '0 0 0 1 2 3 4 5' },
            at: '7m',
            fires: [{ job: 'prometheus', instance: 'prometheus.lab:9090' }],
          },
          { when: 'none was thrown away lately', series: { [EXCEEDED]: '3+0x20' }, at: '18m', fires: [] },
        ],
      },
    ],
  };
}
