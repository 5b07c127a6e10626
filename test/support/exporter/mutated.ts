import fc from 'fast-check';

type Path = readonly (string | number)[];

/** Values that no well-behaved writer puts anywhere. */
const HOSTILE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, '1e308', '9e999', 'Infinity', 'NaN', '-5', ''],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'other', 'none', 'unknown', 'undefined'],
    ...['a"b\\c\nd', '\u0000\u0001\u0002\u001f\u007f\u0085\u2028', 'x'.repeat(127) + '\u{1f600}', '"} 1\n# TYPE a b'],
    ...[
      '\ud800',
      '\ud801',
      '\udc00x',
      'ü'.repeat(300),
      'x'.repeat(20_000),
      '.',
      '..',
      '.'.repeat(300),
      'A.'.repeat(99),
    ],
    ...['::ffff:1.2.3.4', 'fe80::1%eth0', '[::1]:53', ':', ',,,', '999.1.1.1', '10.0.0.1\u0001', 'a|b', 'svc:x|svc:y'],
    ...[[], {}, [[[]]], [null], ['x'], [{}], { Rules: 'x' }, { length: 5 }],
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 3 }),
);
const SCRAPS = ['"', '\\', '{', '}', '[', '\ud800', '"__proto__":{"a":1},', '[['.repeat(2000), 'y'.repeat(70_000), ' '];

/** A document as JSON with some of its values, names or bytes changed, or cut, or nothing of it left; never with an end of line. */
export function mutatedJson(document: object): fc.Arbitrary<Buffer> {
  const paths = pathsOf(document);
  const changed = fc
    .array(fc.tuple(fc.constantFrom(...paths), HOSTILE, fc.constantFrom('replace', 'remove', 'rename')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      const copy = structuredClone(document) as Record<string, unknown>;
      for (const [path, value, how] of changes) change(copy, path, value, how);
      return JSON.stringify(copy);
    });
  const text = fc.oneof(fc.constant(JSON.stringify(document)), changed);
  return fc
    .oneof(
      { weight: 6, arbitrary: text.map((whole) => Buffer.from(whole)) },
      fc.tuple(text, fc.nat(), fc.nat(200)).map(([whole, at, length]) => cut(whole, at, length)),
      fc.tuple(text, fc.nat(), fc.constantFrom(...SCRAPS)).map(([whole, at, scrap]) => insert(whole, at, scrap)),
      fc
        .tuple(text, fc.nat(), fc.uint8Array({ maxLength: 8 }))
        .map(([whole, at, bytes]) => overwrite(whole, at, bytes)),
      HOSTILE.map((value) => Buffer.from(JSON.stringify(value))),
      fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    )
    .map((bytes) => withoutNewlines(bytes));
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function change(root: Record<string, unknown>, path: Path, value: unknown, how: string): void {
  let place: unknown = root;
  for (const key of path.slice(0, -1)) {
    // An earlier change may have taken the way away.
    if (typeof place !== 'object' || place === null) return;
    place = (place as Record<string, unknown>)[key];
  }
  const last = path.at(-1);
  if (last === undefined || typeof place !== 'object' || place === null) return;
  const fields = place as Record<string, unknown>;
  if (how === 'rename') fields[`${last}${String(value).slice(0, 5)}`] = fields[last];
  if (how === 'replace') fields[last] = value;
  else delete fields[last];
}

function cut(text: string, at: number, length: number): Buffer {
  const bytes = Buffer.from(text);
  const from = at % bytes.length;
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
}

function insert(text: string, at: number, scrap: string): Buffer {
  const place = at % text.length;
  return Buffer.from(text.slice(0, place) + scrap + text.slice(place));
}

function overwrite(text: string, at: number, bytes: Uint8Array): Buffer {
  const whole = Buffer.from(text);
  const place = at % whole.length;
  for (let index = 0; index < bytes.length && place + index < whole.length; index++)
    whole[place + index] = bytes[index] ?? 0;
  return whole;
}

/** A line is a line. */
function withoutNewlines(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === 10 ? 32 : byte)));
}
