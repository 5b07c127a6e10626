import { posix } from 'node:path';
import type { Field } from '../field.ts';

/** An absolute path to its plain form, without `..`, doubled or trailing slashes. */
export function readAbsolutePath(text: string, field: Field): string | undefined {
  if (!text.startsWith('/')) return field.error('must be an absolute path, beginning with /');
  if (text.includes('\0')) return field.error('holds a NUL character');
  return plainPath(text);
}

/** An absolute path of a file to its plain form. */
export function readFilePath(text: string, field: Field): string | undefined {
  if (text.endsWith('/')) return field.error('names a directory: a file has a name after the last /');
  return readAbsolutePath(text, field);
}

/** Normal form of an absolute path. */
export function plainPath(text: string): string {
  const normal = posix.normalize(text);
  const trimmed = normal.length > 1 ? normal.replace(/\/+$/, '') : normal;
  return trimmed.replace(/^\/+/, '/');
}

/** Whether a plain path is the directory or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
