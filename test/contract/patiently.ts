import { eventually } from '../support/eventually.ts';

/** `eventually` for an engine on a busy machine. */
export function patiently<T>(check: () => T | Promise<T>): Promise<T> {
  return eventually(check, { within: 15_000 });
}
