/** What an alert asks of people: now, soon, or to know. */
export type Severity = 'critical' | 'warning' | 'info';

/**
 * Time from one value of a case to the next, and from one evaluation to the next. What takes hours takes half an hour a
 * step, since each evaluation is of all rules; a rate of five minutes cannot be had then.
 */
export type Step = '1m' | '30m';

/** A case that shows an alert firing, or not. */
export interface AlertCase {
  /** What is the case, in words. */
  readonly when: string;
  /** Absent: a minute. */
  readonly step?: Step;
  /** Series and their values, one a step, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** When to look, counted from the first value. */
  readonly at: string;
  /** Labels of the alerts that fire then, besides alertname and severity; none: it does not fire. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold; absent: at once. */
  readonly for?: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** At least one in which it fires and one in which it does not. */
  readonly cases: readonly AlertCase[];
}

/** A case that shows the value of a recorded series. */
export interface RecordingCase {
  /** Absent: a minute. */
  readonly step?: Step;
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly cases?: readonly RecordingCase[];
}

export interface RuleGroup {
  readonly name: string;
  /** Absent: that of all rules. */
  readonly interval?: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

export function isAlert(rule: AlertRule | RecordingRule): rule is AlertRule {
  return 'alert' in rule;
}
