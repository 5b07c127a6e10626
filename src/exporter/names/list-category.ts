/** AdGuard's own categories of the lists in its registry, by the number in `filter_N.txt`. */
const REGISTRY: Readonly<Record<string, readonly number[]>> = {
  general: [1, 3, 4, 5, 24, 27, 33, 34, 38, 48, 49, 51, 53, 59],
  regional: [13, 14, 15, 16, 17, 19, 20, 21, 22, 25, 26, 29, 35, 36, 40, 41, 43],
  security: [8, 10, 12, 18, 30, 31, 42, 44, 52, 54, 55, 56, 68, 71],
  other: [6, 7, 37, 39, 45, 46, 47, 57],
};

/** Lists that AdGuard numbers itself: what decided was no list of rules. */
const BUILT_IN: Readonly<Record<string, readonly [name: string, category: string]>> = {
  '0': ['custom rules', 'custom'],
  '-1': ['hosts file', 'custom'],
  '-2': ['blocked services', 'service'],
  '-3': ['parental control', 'parental'],
  '-4': ['safe browsing', 'security'],
  '-5': ['safe search', 'safesearch'],
};

/** general, regional, security or other as AdGuard's registry sorts its lists; `unlisted` for lists of other origin. */
export function listCategory(url: string): string {
  const number = /\/(?:assets\/)?filter_(\d+)\.txt$/.exec(url)?.[1];
  if (number === undefined) return 'unlisted';
  return Object.entries(REGISTRY).find(([, numbers]) => numbers.includes(Number(number)))?.[0] ?? 'other';
}

/** Name and category of a list with an id of 0 or less; undefined for lists that people add. */
export function builtInList(id: number): { name: string; category: string } | undefined {
  const found = BUILT_IN[String(id)];
  return found === undefined ? undefined : { name: found[0], category: found[1] };
}
