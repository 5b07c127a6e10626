import type { ContainerSpec } from '../../model/specs.ts';
import type { Field } from '../field.ts';

/** Restart policy; undefined for `no`, which is what the engine takes when nothing is said. */
export function readRestart(text: string, field: Field): ContainerSpec['restart'] {
  if (text === 'no' || text === '') return undefined;
  if (text === 'always' || text === 'unless-stopped') return { policy: text };
  const match = /^on-failure(?::(\d{1,9}))?$/.exec(text);
  if (match === null) return field.error('must be no, always, unless-stopped, on-failure or on-failure:<times>');
  const times = Number(match[1] ?? 0);
  return { policy: 'on-failure', ...(times === 0 ? {} : { max_retries: times }) };
}
