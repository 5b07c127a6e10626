import { stringify } from 'yaml';
import type { Key } from '../../../model/key.ts';
import { header } from '../../header.ts';
import { markerOf } from '../marker.ts';
import { isAlert, type AlertRule, type RecordingRule, type RuleGroup } from './rule.ts';

/** Where people read what to do about an alert. */
const RUNBOOK = 'docs/runbook.md';
/** Its annotation shows which version of the file is loaded; it never fires. */
const MARKER_ALERT = 'BastionRulesLoaded';

/**
 * A rule file, and the text in it by which a server that has loaded it is known.
 *
 * @param own rules that come with the stack
 * @param foreign groups of people's own files, as they wrote them
 */
export function rulesFile(
  of: Key,
  own: readonly RuleGroup[],
  foreign: readonly object[],
): { readonly text: string; readonly marker: string } {
  const render = (marker: string): string => {
    const groups = [markerGroup(marker), ...own.map(groupOf), ...foreign];
    return header(of) + stringify({ groups }, { lineWidth: 0 });
  };
  const marker = markerOf('rules', render(''));
  return { text: render(marker), marker };
}

/** Request to Prometheus whose answer holds the marker; older ones ignore the filter and answer with all rules. */
export const MARKER_REQUEST = `/api/v1/rules?type=alert&rule_name%5B%5D=${MARKER_ALERT}`;

function markerGroup(marker: string): object {
  const annotations = { summary: 'Never fires: it shows which rules are loaded', version: marker };
  return {
    name: 'bastion',
    rules: [{ alert: MARKER_ALERT, expr: 'vector(0) > 1', labels: { severity: 'info' }, annotations }],
  };
}

function groupOf({ name, interval, rules }: RuleGroup): object {
  return {
    name,
    ...(interval === undefined ? {} : { interval }),
    rules: rules.map((rule) => (isAlert(rule) ? alertOf(rule) : recordingOf(rule))),
  };
}

function alertOf(rule: AlertRule): object {
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    labels: { severity: rule.severity },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook: `${RUNBOOK}#${rule.alert.toLowerCase()}`,
    },
  };
}

function recordingOf({ record, expr, labels }: RecordingRule): object {
  return { record, expr, ...(labels === undefined ? {} : { labels }) };
}
