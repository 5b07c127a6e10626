/** Key of a resource to the id of its row: only characters that need no quoting anywhere, and another one for each key. */
export function anchorOf(key: string): string {
  const plain = key.replace(/[^A-Za-z0-9.-]/g, (character) =>
    character === '/' ? '__' : `_${(character.codePointAt(0) ?? 0).toString(16)}_`,
  );
  return `resource-${plain}`;
}
