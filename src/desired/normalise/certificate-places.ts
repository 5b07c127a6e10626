import type { Field } from '../field.ts';
import { isWithin, readAbsolutePath, readFilePath } from './host-path.ts';

/** A path as written, in plain form, or the default place. */
export function readPlace(
  written: string | undefined,
  standard: string,
  type: 'file' | 'directory',
  field: Field,
): string {
  if (written === undefined) return standard;
  return (type === 'file' ? readFilePath(written, field) : readAbsolutePath(written, field)) ?? written;
}

/** Reports places of one resource that are the same, or that lie in its directory, whose content is the operator's. */
export function checkApart(places: Readonly<Record<string, string>>, field: Field): void {
  const entries = Object.entries(places);
  const directory = places['directory'];
  for (const [position, [name, path]] of entries.entries()) {
    const other = entries.slice(0, position).find(([, before]) => before === path)?.[0];
    if (other !== undefined) field.at(name).error(`is the same path as ${other}: give it another`);
    else if (directory !== undefined && name !== 'directory' && isWithin(path, directory))
      field.at(name).error(`lies in ${directory}, whose content is the operator's: put it elsewhere`);
  }
}
