const SECRET_CONTENT: ReadonlySet<string> = new Set([
  'content',
  'contentBase64',
  'contents',
  'data',
  'password',
  'secret',
  'source',
  'stringData',
  'text',
  'value',
]);

/**
 * Why a kind has no such key on purpose; undefined when there is no such reason. `parent` is the path of the map that
 * holds it.
 */
export function withheldAdvice(kind: string, parent: string, key: string): string | undefined {
  if (kind !== 'Secret' || parent !== 'spec' || !SECRET_CONTENT.has(key)) return undefined;
  return (
    `${key} is no field of a Secret on purpose: manifests live in git, which keeps what was once pushed. ` +
    `Put the content into the file at path by hand, or let generate make it; what was pushed already must be changed`
  );
}
