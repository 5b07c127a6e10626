import type { LogFileSpec } from '../../model/file-specs.ts';
import type { LogFileManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined } from './defined.ts';
import { readMilliseconds } from './duration.ts';
import { readFilePath } from './host-path.ts';
import { readSignal } from './process-limits.ts';
import { readSize } from './size.ts';

/** A log that is rotated at every look is no log. */
const SMALLEST = 64 * 1024;
/** Days. */
const LONGEST_AGE = 3650;

/** A validated LogFile manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseLogFile(spec: LogFileManifest['spec'], field: Field): LogFileSpec {
  const maxSize = readSize(spec.maxSize, field.at('maxSize')) ?? SMALLEST;
  if (maxSize < SMALLEST) field.at('maxSize').error('is less than 64k: the log would be rotated all the time');
  return defined({
    path: readFilePath(spec.path, field.at('path')) ?? spec.path,
    maxSize,
    keep: spec.keep,
    maxAge: spec.maxAge === undefined ? undefined : readMilliseconds(spec.maxAge, field.at('maxAge'), LONGEST_AGE),
    container: spec.container,
    signal: readSignal(spec.signal, field.at('signal')) ?? spec.signal,
  });
}
