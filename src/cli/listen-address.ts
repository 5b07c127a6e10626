import { UsageError } from './errors.ts';

/** `127.0.0.1:9479`, `[::1]:9479` or `:9479` (all addresses) to its parts; undefined for `none`. */
export function parseListenAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  if (text === 'none') return undefined;
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535)
    throw new UsageError(`--listen must be HOST:PORT such as 127.0.0.1:9479, or none; not ${text}`);
  return { host: parts[1] ?? (parts[2] === '' ? '::' : (parts[2] ?? '')), port };
}
