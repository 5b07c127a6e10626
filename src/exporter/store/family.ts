import type { SeriesBudget } from './budget.ts';
import { boundedValue, labelText, SEPARATOR, valueText } from './series-labels.ts';

export interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  /** Most label sets. What comes after goes to the label set that is `other` in every label (gauges: is left out). */
  readonly cap: number;
}

/** A series that is counted in without being looked up again, as long as it is told. */
export interface LiveSeries {
  value: number;
  readonly isLive: boolean;
}

interface Series extends LiveSeries {
  isLive: boolean;
  /** Name and labels as they are written. */
  readonly head: string;
  /** Series that the budget paid for: 1, or 0 for the one that takes what is refused. */
  readonly cost: number;
}

/** Counters or gauges of one name. No number of different label values makes it exceed its cap by more than one. */
export class Family {
  readonly name: string;
  readonly #options: FamilyOptions;
  readonly #labels: readonly string[];
  readonly #budget: SeriesBudget;
  readonly #series = new Map<string, Series>();
  /** The series by one label value after the other: finding one builds no text. Only what has a series is in it. */
  #index = new Branch();

  constructor(options: FamilyOptions, budget: SeriesBudget) {
    this.name = options.name;
    this.#options = options;
    this.#labels = options.labels ?? [];
    this.#budget = budget;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Counts. The label set's series begins at 0 with its first event. */
  add(values: readonly string[], by: number = 1): void {
    const series = this.#find(values);
    if (series !== undefined) series.value += by;
  }

  set(values: readonly string[], value: number): void {
    const series = this.#find(values);
    if (series !== undefined) series.value = value;
  }

  /** Counts one; the label set's series, to be counted in while it is live; undefined: it has none of its own. */
  addAndKeep(values: readonly string[]): LiveSeries | undefined {
    const series = this.#find(values);
    if (series === undefined) return undefined;
    series.value++;
    return series.cost > 0 ? series : undefined;
  }

  /** Value of a label set; undefined: there is none. */
  get(values: readonly string[]): number | undefined {
    return this.#series.get(keyOf(values))?.value;
  }

  /** Replaces all series, so that what is no longer so is no longer told. */
  replace(rows: Iterable<readonly [values: readonly string[], value: number]>): void {
    this.clear();
    for (const [values, value] of rows) this.set(values, value);
  }

  /** Removes every series with this value of this label. Prometheus marks them stale. */
  remove(label: string, value: string): void {
    this.#index = new Branch();
    const index = this.#labels.indexOf(label);
    const wanted = boundedValue(value);
    for (const [key, series] of this.#series) if (key.split(SEPARATOR)[index] === wanted) this.#drop(key, series);
  }

  /** Removes the series of one label set. */
  removeExactly(values: readonly string[]): void {
    this.#index = new Branch();
    const key = keyOf(values);
    const series = this.#series.get(key);
    if (series !== undefined) this.#drop(key, series);
  }

  clear(): void {
    this.#index = new Branch();
    for (const [key, series] of this.#series) this.#drop(key, series);
  }

  render(lines: string[]): void {
    if (this.size === 0) return;
    lines.push(`# HELP ${this.name} ${this.#options.help}`, `# TYPE ${this.name} ${this.#options.type}`);
    for (const { head, value } of this.#series.values()) lines.push(`${head} ${valueText(value)}`);
  }

  #drop(key: string, series: Series): void {
    series.isLive = false;
    this.#series.delete(key);
    this.#budget.give(series.cost);
  }

  #find(values: readonly string[]): Series | undefined {
    const indexed = lookUp(this.#index, values);
    if (indexed !== undefined) return indexed;
    const key = keyOf(values);
    const found = this.#series.get(key);
    if (found !== undefined) {
      // Only values that are stored as they are: endless ones that are cut alike would fill the index.
      if (values.every((value) => boundedValue(value) === value)) enter(this.#index, values, found);
      return found;
    }
    if (this.#series.size >= this.#options.cap || !this.#budget.take(1)) return this.#refuse();
    return this.#make(key, 1);
  }

  #refuse(): Series | undefined {
    this.#budget.refused(this.name);
    if (this.#options.type === 'gauge') return undefined;
    const key = keyOf(this.#labels.map(() => 'other'));
    return this.#series.get(key) ?? this.#make(key, 0);
  }

  #make(key: string, cost: number): Series {
    const series = {
      head: `${this.name}${labelText(this.#labels, key.split(SEPARATOR))}`,
      cost,
      value: 0,
      isLive: true,
    };
    this.#series.set(key, series);
    return series;
  }
}

/** A place in the tree of label values. */
class Branch {
  readonly branches = new Map<string, Branch>();
  series: Series | undefined;
}

function lookUp(root: Branch, values: readonly string[]): Series | undefined {
  let branch: Branch | undefined = root;
  for (let label = 0; label < values.length; label++) {
    branch = branch.branches.get(values[label] ?? '');
    if (branch === undefined) return undefined;
  }
  return branch.series;
}

function enter(root: Branch, values: readonly string[], series: Series): void {
  let branch = root;
  for (const value of values) {
    const next = branch.branches.get(value) ?? new Branch();
    branch.branches.set(value, next);
    branch = next;
  }
  branch.series = series;
}

function keyOf(values: readonly string[]): string {
  let key = '';
  for (let index = 0; index < values.length; index++) {
    const value = boundedValue(values[index] ?? '');
    key = index === 0 ? value : `${key}${SEPARATOR}${value}`;
  }
  return key;
}
