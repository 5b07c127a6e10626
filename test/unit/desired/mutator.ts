import { FakeClock } from '../../support/fake-clock.ts';

const SCRAPS = [
  '&a [*a]',
  '*missing',
  '!!binary abc',
  '!!js/function x',
  '{',
  ']',
  '"',
  "'",
  '|',
  '>',
  '? x',
  '- ',
  ': ',
  '\t',
  '---\n',
  '...\n',
  '%YAML 9.9\n',
  'null',
  '~',
  '[]',
  '{}',
  'true',
  '-1',
  '1e999',
  '.nan',
  '0x7fffffffffffffff',
  '9'.repeat(400),
  'a'.repeat(5000),
  '__proto__: {x: 1}',
  'constructor: 1',
  '<<: *a',
  '<<: {kind: Gate}',
  '\u0000',
  '\uFEFF',
  '\uD800',
  '\u2028',
  '${HOME}',
  '/etc/shadow',
  '../../../etc/passwd',
  '[[[[[[[[[[',
  '{a: {a: {a: {a: 1}}}}',
];

const VALUES = [
  'null',
  '[]',
  '{}',
  '""',
  '-1',
  '1.5',
  '1e999',
  'true',
  '[1, [2]]',
  '{a: {b: c}}',
  '"\\0"',
  '"../x"',
  '99999999999999999999',
  '[null]',
  '{"": ""}',
  '"::::"',
  '".."',
  '"*.*"',
  '36500d',
  '/etc/pki/homelab',
];

/** `[[[[...`, as deep as it gets. */
export const deep = (depth: number): string => 'spec: ' + '['.repeat(depth) + ']'.repeat(depth);

/** Aliases that would multiply to 10 to the power of `levels` values. */
export function bomb(levels: number): string {
  const lists = Array.from(
    { length: levels },
    (_, level) =>
      `a${level}: &a${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]`,
  );
  return `kind: Container\n${lists.join('\n')}\n`;
}

/** Seeded mutations of a file's bytes. */
export class Mutator {
  readonly #clock: FakeClock;
  constructor(seed: number) {
    this.#clock = new FakeClock({ seed });
  }
  below(limit: number): number {
    return Math.floor(this.#clock.random() * limit);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  mutate(text: string): string | Buffer {
    const rows = text.split('\n');
    const row = this.below(rows.length);
    const line = rows[row] ?? '';
    const at = this.below(text.length);
    const withRow = (...changed: string[]): string =>
      [...rows.slice(0, row), ...changed, ...rows.slice(row + 1)].join('\n');
    switch (this.below(16)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(at);
      case 2:
        return withRow();
      case 3:
        return withRow(line, line);
      case 4:
        return withRow(`\t${line}`);
      case 5:
        return withRow(' '.repeat(this.below(7)) + line.trimStart());
      case 6:
        return text.slice(0, at) + this.pick(SCRAPS) + text.slice(at);
      case 7:
        return text.slice(0, at) + this.pick(SCRAPS) + text.slice(at + this.below(20));
      case 8:
        return withRow(line.replace(/:.*$/, `: ${this.pick(VALUES)}`));
      case 9:
        return withRow(line.replace(/- .*$/, `- ${this.pick(VALUES)}`));
      case 10:
        return withRow(
          line.replace(
            /^(\s*(?:- )?)\w+/,
            `$1${this.pick(['mem_limmit', '__proto__', 'toString', 'x y', '1', 'depends_on', ''])}`,
          ),
        );
      case 11: {
        const bytes = Buffer.from(text);
        for (let count = 0; count <= this.below(8); count += 1) bytes[this.below(bytes.length)] = this.below(256);
        return bytes;
      }
      case 12:
        return withRow(
          ...this.pick([deep(2000), bomb(this.below(12)), 'x: 1\n'.repeat(50), this.pick(SCRAPS).repeat(40)]).split(
            '\n',
          ),
        );
      case 13:
        return withRow(line.replace(/[\w.-]+/g, (word) => (this.below(4) === 0 ? this.pick(VALUES) : word)));
      case 14:
        return [...rows].sort(() => this.below(3) - 1).join('\n');
      default:
        return this.mutate(this.mutate(text).toString());
    }
  }
}
