import { posix } from 'node:path';
import type { BackupSpec } from '../../model/backup-spec.ts';
import { parseCron } from '../../model/cron.ts';
import type { BackupManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined } from './defined.ts';
import { readAbsolutePath } from './host-path.ts';

/** A validated Backup manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseBackup(spec: BackupManifest['spec'], name: string, field: Field): BackupSpec {
  const cron = parseCron(spec.schedule);
  if (typeof cron === 'string') field.at('schedule').error(cron);
  return defined({
    schedule: spec.schedule.trim().split(/\s+/).join(' '),
    directory: posix.join(readAbsolutePath(spec.directory, field.at('directory')) ?? spec.directory, name),
    prometheus: spec.prometheus,
    grafana: spec.grafana,
    keep: spec.keep,
    verify: spec.verify,
  });
}
