import type { Field } from '../field.ts';

/** An image reference in its parts. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

// Grammar: https://github.com/distribution/reference/blob/main/reference.go
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^((?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$`,
);

/** Text to reference; undefined when it is none. */
export function parseReference(text: string): ImageReference | undefined {
  const match = text.length > 512 ? null : REFERENCE.exec(text);
  if (match === null) return undefined;
  const [, repository = '', tag, digest] = match;
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** A reference as written, after the overrides of the Bastion resource. */
export function readReference(
  text: string,
  overrides: Readonly<Record<string, string>>,
  field: Field,
): string | undefined {
  const used = Object.hasOwn(overrides, text) ? (overrides[text] ?? text) : text;
  if (parseReference(used) !== undefined) return used;
  return field.error(
    used === text
      ? 'is not an image reference: write [registry/]name:tag or name@sha256:digest, in lower case'
      : 'is replaced by the Bastion resource with something that is not an image reference',
  );
}
