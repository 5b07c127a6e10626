/** What needs no quotes in a path. */
const BARE = /^[^.[\]"\s]+$/;
const FIRST = /([^.[\]"\s]+)|\[("(?:[^"\\]|\\.)*")\]/y;
const NEXT = /\.([^.[\]"\s]+)|\[("(?:[^"\\]|\\.)*")\]/y;

/** Keys from the top of a tree to text, as people write it: `log.level`, `http["a.b"].rule`. */
export function formatKeyPath(keys: readonly string[]): string {
  return keys
    .map((key, position) => (BARE.test(key) ? (position === 0 ? key : `.${key}`) : `[${JSON.stringify(key)}]`))
    .join('');
}

/** The other way round; undefined when the text is no path. */
export function parseKeyPath(text: string): string[] | undefined {
  const keys: string[] = [];
  for (let position = 0; position < text.length || keys.length === 0;) {
    const step = new RegExp(keys.length === 0 ? FIRST : NEXT);
    step.lastIndex = position;
    const match = step.exec(text);
    const key = match?.[1] ?? parseQuoted(match?.[2] ?? '');
    if (key === undefined) return undefined;
    keys.push(key);
    position = step.lastIndex;
  }
  return keys;
}

function parseQuoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
