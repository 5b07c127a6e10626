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

/** Why a key is not there, for people, and the rule that it breaks. */
export interface Withheld {
  readonly message: string;
  readonly rule: string;
}

/**
 * Why a kind has no such key on purpose; undefined when there is no such reason. `parent` is the path of the map that
 * holds it.
 */
export function withheldAdvice(kind: string, parent: string, key: string): Withheld | undefined {
  if (kind === 'Secret' && parent === 'spec' && SECRET_CONTENT.has(key))
    return {
      rule: 'no-secrets-in-manifest',
      message:
        `${key} is no field of a Secret on purpose: manifests live in git, which keeps what was once pushed. ` +
        `Put the content into the file at path by hand, or let generate make it; what was pushed already must be changed`,
    };
  if (kind === 'CertificateAuthority' && parent === 'spec.consumers[]' && key === 'served')
    return {
      rule: 'schema',
      message:
        'served is for consumers of a Certificate: only those are dialled, and who reads the bundle alone serves ' +
        'nothing that could be compared with it. Leave it out, or move the consumer to the Certificate that it serves',
    };
  return undefined;
}
