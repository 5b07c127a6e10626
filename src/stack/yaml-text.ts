import { stringify } from 'yaml';

/** A value as YAML below a header: one spelling for equal values, no anchors, long texts on one line. */
export function yamlText(header: string, value: unknown): string {
  return header + stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
