import { join } from 'node:path';
import type { Finding } from '../model/resource.ts';

/**
 * A finding as one line for people:
 * `desired-state/20-prometheus.yaml:14:5 Container/prometheus spec.ports[0]: metrics port 9090 must not be published (policy no-published-metrics)`.
 */
export function formatFinding(finding: Finding, directory: string): string {
  const { file, line, column } = finding.source;
  const place = `${file === '' ? directory : join(directory, file)}:${line}:${column}`;
  const subject = [finding.key, finding.field].filter((part) => part !== undefined && part !== '').join(' ');
  const severity = finding.severity === 'warning' ? 'warning: ' : '';
  return `${place}${subject === '' ? '' : ` ${subject}`}: ${severity}${finding.message} (${ruleText(finding.rule)})`;
}

const OWN_RULES = new Set([
  'schema',
  'value',
  'yaml-syntax',
  'file',
  'reference',
  'cycle',
  'dependency',
  'compose-key',
  'duplicate',
]);

function ruleText(rule: string): string {
  return OWN_RULES.has(rule) ? rule : `policy ${rule}`;
}
