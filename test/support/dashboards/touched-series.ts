import { fullMetric, type FullMetric } from './full-house.ts';
import type { KnownMetric } from './metric-catalogue.ts';
import { readExpression, type Matcher, type Selector } from './promql.ts';

/**
 * How many series Prometheus touches at most to answer questions, each counted once, where every family is at its cap: by
 * metric. A matcher narrows where the values of its label are known by name; of others it may match all that there are, as it
 * does with All chosen.
 *
 * @param expressions with the variables of Grafana filled in
 */
export function touchedSeries(
  expressions: readonly string[],
  catalogue: ReadonlyMap<string, KnownMetric>,
): ReadonlyMap<string, number> {
  const selectors = expressions.flatMap((expression) => readExpression(expression).selectors);
  const names = [...new Set(selectors.map(({ name }) => name))];
  return new Map(
    names.map((name) => {
      const known = catalogue.get(name);
      if (known === undefined) throw new Error(`no metric ${name} is known`);
      const own = selectors.filter((selector) => selector.name === name);
      return [name, touched(fullMetric(known, catalogue), own)] as const;
    }),
  );
}

/** Sums up what `touchedSeries` found. */
export function sumOf(touched: ReadonlyMap<string, number>): number {
  return [...touched.values()].reduce((sum, each) => sum + each, 0);
}

/** Never more than there are; else all things with each combination of known values that a selector matches. */
function touched({ fixed, things, most }: FullMetric, selectors: readonly Selector[]): number {
  const combinations = combinationsOf(Object.entries(fixed));
  const matched = combinations.filter((labels) =>
    selectors.some(({ matchers }) => matchers.every((matcher) => matches(matcher, labels))),
  );
  return matched.length === 0 ? 0 : Math.min(most, things * matched.length);
}

function combinationsOf(labels: readonly (readonly [string, readonly string[]])[]): Readonly<Record<string, string>>[] {
  return labels.reduce<Readonly<Record<string, string>>[]>(
    (found, [label, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
}

/** As Prometheus does: a pattern is for the whole value. */
function matches({ label, op, value }: Matcher, labels: Readonly<Record<string, string>>): boolean {
  const actual = labels[label];
  if (actual === undefined) return true;
  const isEqual = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return isEqual !== op.startsWith('!');
}
