const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
const MATCHERS = /\{[^{}]*\}/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/gi;
const DURATION = /\[[^[\]]*\]|\boffset\s+-?\w+/gi;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'by', 'without', 'on', 'ignoring', 'inf', 'nan', 'atan2']);

/** Names of the metrics that a PromQL expression reads, sorted. A matcher of `__name__` names none. */
export function metricNames(expression: string): readonly string[] {
  const bare = expression.replace(STRING, '""').replace(MATCHERS, ' ').replace(GROUPING, ' ').replace(DURATION, ' ');
  const names = [...bare.matchAll(NAME)]
    // A digit before it: an exponent or the unit of a number; a bracket behind it: a function.
    .filter(
      ({ 0: name, index }) => !/[0-9.]$/.test(bare.slice(0, index)) && !/^\s*\(/.test(bare.slice(index + name.length)),
    )
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name.toLowerCase()));
  return [...new Set(names)].sort();
}
