/** Steps from the top of a document to a value in it. */
export type FieldPath = readonly (string | number)[];

/** What is wrong with one field of a document. */
export interface Problem {
  readonly path: FieldPath;
  readonly rule: string;
  readonly message: string;
  readonly severity?: 'error' | 'warning';
  /** A key too many: the rest of the document can be checked all the same. */
  readonly unknownKey?: true;
  /** It is the Bastion's field at this path that is wrong, not the resource that uses it. */
  readonly ofBastion?: true;
}

/** Path to text as people write it: `spec.ports[0]`, `spec.environment["a b"]`. */
export function formatPath(path: FieldPath): string {
  return path
    .map((segment, position) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[\w-]+$/.test(segment)) return `[${JSON.stringify(segment)}]`;
      return position === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** One place in a document: normalisers report problems to it and reach its children through it. */
export class Field {
  readonly path: FieldPath;
  readonly #problems: Problem[];
  readonly #sourceText: (path: FieldPath) => string | undefined;

  constructor(
    path: FieldPath,
    problems: Problem[],
    sourceText: (path: FieldPath) => string | undefined = () => undefined,
  ) {
    this.path = path;
    this.#problems = problems;
    this.#sourceText = sourceText;
  }

  at(...segments: FieldPath): Field {
    return new Field([...this.path, ...segments], this.#problems, this.#sourceText);
  }

  /** Reports an error here; returns undefined, so that a reader can `return field.error(...)`. */
  error(message: string, rule = 'value'): undefined {
    this.#problems.push({ path: this.path, rule, message });
    return undefined;
  }

  warning(message: string, rule: string): void {
    this.#problems.push({ path: this.path, rule, message, severity: 'warning' });
  }

  /** The scalar exactly as it is written in the file (`0644`, `1.10`), or the value as text when that is not known. */
  text(value: string | number | boolean): string {
    if (typeof value === 'string') return value;
    return this.#sourceText(this.path) ?? String(value);
  }
}
