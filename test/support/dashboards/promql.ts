/** A metric as an expression reads it. */
export interface Selector {
  /** Empty: only matchers say what is meant. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** What stands in the brackets behind it; undefined: nothing. */
  readonly range: string | undefined;
  /** Functions and aggregations that it is in, outermost first. */
  readonly within: readonly string[];
}

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

export interface ReadExpression {
  readonly selectors: readonly Selector[];
  /** Labels that are grouped or joined by, wherever. */
  readonly groupings: readonly string[];
}

const GROUPINGS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'atan2']);
const TOKENS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{[^{}]*\}|\[[^[\]]*\]|\d[\w.]*|[a-zA-Z_:][\w:]*|[()]|\S/g;

/**
 * What a PromQL expression reads and groups by: as much of the grammar as our own dashboards and rules are written in.
 * Variables of Grafana must be filled in, or stand in strings or brackets.
 */
export function readExpression(expression: string): ReadExpression {
  const tokens = (expression.match(TOKENS) ?? []) as readonly string[];
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const open: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    const next = tokens[at + 1] ?? '';
    if (token === '(') open.push('');
    else if (token === ')') open.pop();
    else if (GROUPINGS.has(token)) {
      if (next !== '(') continue;
      const end = tokens.indexOf(')', at);
      groupings.push(...tokens.slice(at + 2, end).filter((each) => each !== ','));
      at = end;
    } else if (isName(token) && !OPERATORS.has(token.toLowerCase())) {
      if (next === '(') {
        open.push(token);
        at++;
      } else if (isAggregationBeforeLabels(tokens, at)) {
        // `sum by (a) (...)`: the function opens with the second bracket.
        const end = tokens.indexOf(')', at);
        groupings.push(...tokens.slice(at + 3, end).filter((each) => each !== ','));
        open.push(token);
        at = end + 1;
      } else at = select(token, at, at + 1);
    } else if (token.startsWith('{')) at = select('', at, at);
  }
  return { selectors, groupings: [...new Set(groupings)].filter(isName) };

  function select(name: string, at: number, behind: number): number {
    let end = at;
    let matchers: readonly Matcher[] = [];
    if ((tokens[behind] ?? '').startsWith('{')) {
      matchers = matchersOf(tokens[behind] ?? '');
      end = behind;
    }
    const bracket = tokens[end + 1] ?? '';
    const range = bracket.startsWith('[') ? bracket.slice(1, -1) : undefined;
    selectors.push({ name, matchers, range, within: open.filter((each) => each !== '') });
    return range === undefined ? end : end + 1;
  }
}

function isAggregationBeforeLabels(tokens: readonly string[], at: number): boolean {
  const word = tokens[at + 1] ?? '';
  return (word === 'by' || word === 'without') && tokens[at + 2] === '(';
}

function isName(token: string): boolean {
  return /^[a-zA-Z_:][\w:]*$/.test(token);
}

function matchersOf(braces: string): Matcher[] {
  return [...braces.matchAll(/([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = '', op = '', value = '']) => ({ label, op, value }),
  );
}
