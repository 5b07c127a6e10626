import { TSDB } from '../../model/tsdb-names.ts';
import { containerAddress } from '../container-address.ts';
import { backupStep } from '../backup/backup-step.ts';
import { snapshotsIn, withSnapshot } from '../backup/snapshots.ts';
import { noteProgress, unfinishedBackup } from '../backup/unfinished.ts';
import { hostInUrl, HttpFailure } from '../http-request.ts';
import { serviceRequest } from '../service-request.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds: what is in memory is written out as a block. */
const DEADLINE = 300_000;
const PATH = '/api/v1/admin/tsdb/snapshot';
const SAID_LENGTH = 300;

/**
 * Asks Prometheus for a snapshot: blocks as further names for the same files, and what is in memory as one block more.
 *
 * @throws StepError BACKUP_FAILED, NO_ADDRESS; EngineError
 */
export const snapshotPrometheus = backupStep<'SnapshotPrometheus'>(
  async ({ directory, container, at, dataDirectory }, { engine, files, clock }) => {
    const unfinished = await unfinishedBackup(directory);
    const snapshotsBefore = await snapshotsIn(dataDirectory);
    // Before it is asked: a crash after the answer must not leave a snapshot that nobody knows to be ours.
    const asked = { snapshotsBefore, askedAt: clock.now() };
    await noteProgress(unfinished, asked);
    const host = container === undefined ? (at.address ?? '') : await containerAddress(engine, container);
    const what = `POST https://${hostInUrl(host)}:${at.port}${PATH}`;
    const call = { host, port: at.port, path: PATH, method: 'POST', deadline: DEADLINE, beyondLimit: 'cut' } as const;
    const answer = await serviceRequest(call, at.access, { files, clock }).catch((error: unknown) => {
      if (!(error instanceof HttpFailure)) throw error;
      throw new StepError('BACKUP_FAILED', `${what}: ${error.message}.`, { cause: error });
    });
    const name = answer.status === 200 ? snapshotName(answer.body) : undefined;
    if (name === undefined) throw new StepError('BACKUP_FAILED', `${what} ${refusal(answer.status, answer.body)}`);
    await noteProgress(unfinished, { ...asked, snapshot: name });
    if ((await withSnapshot(dataDirectory, name, () => Promise.resolve(true))) !== true)
      throw new StepError(
        'BACKUP_FAILED',
        `Prometheus made the snapshot ${name}, but it does not lie in ${dataDirectory}/snapshots: is that its data directory?`,
      );
  },
);

function snapshotName(body: string): string | undefined {
  try {
    const name = (JSON.parse(body) as { data?: { name?: unknown } }).data?.name;
    return typeof name === 'string' && TSDB.snapshot.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number, body: string): string {
  const said = body.trim().slice(0, SAID_LENGTH);
  const advice = /admin APIs disabled/i.test(said)
    ? ' It must run with --web.enable-admin-api, as one does that a Backup names: is it the old container still?'
    : '';
  return `was answered with ${status}: ${said}.${advice}`;
}
