/**
 * A page with a part of it written anew: what stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
 *
 * @throws Error when the page has no such part
 */
export function withSection(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no part ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
