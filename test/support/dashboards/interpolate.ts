/** A chosen value of each variable; absent: All. */
export type Choice = Readonly<Record<string, string>>;

/** What `$__rate_interval` is in tests, in seconds: longer than four scrapes. */
export const RATE_INTERVAL = '30s';

/**
 * An expression as Grafana's Prometheus data source asks it: All is the variable's own value for that; one value is
 * escaped for a regular expression in a string of PromQL (prometheusSpecialRegexEscape of @grafana/prometheus).
 */
export function interpolate(
  expr: string,
  variables: readonly { name: string; allValue?: string }[],
  choice: Choice,
  rateInterval = RATE_INTERVAL,
): string {
  const filled = variables.reduce((text, { name, allValue = '.*' }) => {
    const chosen = choice[name];
    const value = chosen === undefined ? allValue : escaped(chosen);
    return text.replaceAll(new RegExp(`\\$${name}\\b`, 'g'), () => value);
  }, expr);
  return filled.replaceAll('$__rate_interval', rateInterval);
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]'+?.()|]/g, '\\\\$&');
}
