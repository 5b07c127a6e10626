import type { Field } from '../field.ts';
import { readAbsolutePath } from './host-path.ts';

/** `tmpfs` in short form to path -> options; options are sorted, since their order has no meaning. */
export function readTmpfs(value: string | readonly string[], field: Field): Record<string, string> {
  const entries = (typeof value === 'string' ? [value] : value).map((text, position): [string, string] | undefined => {
    const at = typeof value === 'string' ? field : field.at(position);
    const colon = text.indexOf(':');
    const path = readAbsolutePath(colon < 0 ? text : text.slice(0, colon), at);
    const options = colon < 0 ? [] : text.slice(colon + 1).split(',');
    if (options.some((option) => !/^[a-z_]+(=[\w%]+)?$/.test(option)))
      at.error('has options that are not written as name or name=value');
    return path === undefined ? undefined : [path, options.sort().join(',')];
  });
  return Object.fromEntries(entries.filter((entry) => entry !== undefined));
}
