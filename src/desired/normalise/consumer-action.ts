import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { FileManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readSignal } from './process-limits.ts';

type Written = Pick<FileManifest['spec']['onChange'][number], 'signal' | 'restart' | 'http'>;

/** How a consumer is told: at most one of signal, restart and http. Undefined after reporting what is wrong. */
export function readAction(entry: Written, field: Field): CertificateConsumer['action'] | undefined {
  const given = (['signal', 'restart', 'http'] as const).filter((name) => entry[name] !== undefined);
  if (given.length > 1) return field.error(`has ${given.join(' and ')}: needs exactly one of signal, restart and http`);
  if (entry.http !== undefined) return { type: 'http', ...entry.http };
  if (entry.restart !== undefined) return { type: 'restart' };
  if (entry.signal === undefined) return { type: 'none' };
  const signal = readSignal(entry.signal, field.at('signal'));
  return signal === undefined ? undefined : { type: 'signal', signal };
}
