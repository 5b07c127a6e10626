import { stringify } from 'yaml';

/** A value as YAML below lines of comment: one spelling for equal values, no anchors, long texts on one line. */
export function yamlText(comment: readonly string[], value: unknown): string {
  const head = comment.map((line) => `# ${line}\n`).join('');
  return head + stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
