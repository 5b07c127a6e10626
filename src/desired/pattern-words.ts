/** What the patterns of the schemas that people meet most ask for. */
const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^\^\(Network\|Volume\|.*\)\/\\S\+\$$/, 'Kind/name, such as Container/db; bastion explain lists the kinds'],
  [/^\^\/(\\S\*\$)?$/, 'it begins with /'],
  [/^\^\[1-9\]\[0-9\]\*\(s\|m\|h\|d\|w\)\$$/, 'a whole number with s, m, h, d or w, such as 15s'],
  [/^\^\[1-9\]\[0-9\]\*\(s\|m\|h\)\$$/, 'a whole number with s, m or h, such as 15s'],
  [/^\^\[1-9\]\[0-9\]\*\[kmg\]b?\??\$$/, 'a whole number with k, m or g, such as 64m'],
  [/^\^https\?:\/\/$/, 'it begins with http:// or https://'],
  [
    /^\^\[a-z0-9\]\[a-z0-9-\]\{0,62\}\$$/,
    'up to 63 small letters, digits and hyphens, of which a hyphen is not the first',
  ],
  [
    /^\^\[a-zA-Z0-9\]\[a-zA-Z0-9_\.-\]\{1,127\}\$$/,
    '2 to 128 letters, digits, underscores, dots and hyphens, of which a letter or digit is the first',
  ],
  [
    /^\^\[a-zA-Z0-9\]\[a-zA-Z0-9_\.-\]\{0,127\}\$$/,
    'up to 128 letters, digits, underscores, dots and hyphens, of which a letter or digit is the first',
  ],
];

/** What a pattern of a schema asks for, in words; where there are none, the pattern itself. */
export function patternWords(pattern: string): string {
  const known = WORDS.find(([each]) => each.test(pattern));
  return known === undefined ? `it must match ${pattern}` : known[1];
}
