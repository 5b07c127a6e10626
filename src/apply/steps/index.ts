import type { Operation } from '../../model/step.ts';
import type { StepFunction } from '../context.ts';
import { beginBackupStep, discardBackup } from './begin-backup.ts';
import { buildImage } from './build-image.ts';
import { checkFile } from './check-file.ts';
import { copyBackup } from './copy-backup.ts';
import { createContainer } from './create-container.ts';
import { deleteSnapshots } from './delete-snapshots.ts';
import { dropOldestBlocks } from './drop-oldest-blocks.ts';
import { createDirectory } from './create-directory.ts';
import { createNetwork } from './create-network.ts';
import { createVolume } from './create-volume.ts';
import { releaseSnapshot } from './release-snapshot.ts';
import { pruneBackups } from './prune-backups.ts';
import { saveGrafana } from './save-grafana.ts';
import { snapshotPrometheus } from './snapshot-prometheus.ts';
import { verifyBackup } from './verify-backup.ts';
import { removeNetwork, removeVolume } from './remove.ts';
import { pullImage } from './pull-image.ts';
import { recordRollback } from './record-rollback.ts';
import { removeRotatedLogs, rotateLog } from './rotate-log.ts';
import { requestContainer } from './request-container.ts';
import { restoreFile } from './restore-file.ts';
import { setOwnership } from './set-ownership.ts';
import { restartContainer, stopContainer } from './stop-container.ts';
import { verifyLoaded } from './verify-loaded.ts';
import { createAuthority } from './create-authority.ts';
import { generateSecret } from './generate-secret.ts';
import { issueCertificate } from './issue-certificate.ts';
import { linkCertificate } from './link-certificate.ts';
import { removePreviousPairs } from './remove-previous-pairs.ts';
import { requestSignature } from './request-signature.ts';
import { takeUpCertificate } from './take-up-certificate.ts';
import { updateTrust } from './update-trust.ts';
import { verifyServed } from './verify-served.ts';
import { writeBundle } from './write-bundle.ts';
import { writeFile } from './write-file.ts';
import { writeSentinel } from './write-sentinel.ts';
import { endpointSettings } from '../container-body.ts';

/** Every operation's function; one that is missing does not compile. */
export const STEPS: { readonly [O in Operation]: StepFunction<O> } = {
  CreateNetwork: createNetwork,
  RemoveNetwork: removeNetwork,
  ConnectNetwork: ({ network, container, attachment }, { engine }) =>
    engine.connectNetwork(network, container, endpointSettings(attachment)),
  DisconnectNetwork: ({ network, container }, { engine }) => engine.disconnectNetwork(network, container),

  CreateVolume: createVolume,
  RemoveVolume: removeVolume,

  PullImage: pullImage,
  BuildImage: buildImage,

  CreateContainer: createContainer,
  StartContainer: ({ container }, { engine }) => engine.startContainer(container),
  StopContainer: stopContainer,
  RestartContainer: restartContainer,
  UnpauseContainer: ({ container }, { engine }) => engine.unpauseContainer(container),
  SignalContainer: ({ container, signal }, { engine }) => engine.signalContainer(container, signal),
  RenameContainer: ({ container, name }, { engine }) => engine.renameContainer(container, name),
  RemoveContainer: ({ container, removeAnonymousVolumes }, { engine }) =>
    engine.removeContainer(container, removeAnonymousVolumes),
  UpdateContainer: ({ container, resources }, { engine }) => engine.updateContainer(container, resources),
  RecordRollback: recordRollback,

  CreateDirectory: createDirectory,
  WriteSentinel: writeSentinel,
  CheckFile: checkFile,
  WriteFile: writeFile,
  SetOwnership: setOwnership,
  RequestContainer: requestContainer,
  VerifyLoaded: verifyLoaded,
  RecordNotified: ({ digest }, { remember, target }) => remember.recordNotified(target, digest),
  RestoreFile: restoreFile,
  RecordPatched: ({ wrote }, { remember, target }) => remember.recordPatched(target, wrote),

  RotateLog: rotateLog,
  RemoveRotatedLogs: removeRotatedLogs,

  GenerateSecret: generateSecret,
  CreateAuthority: createAuthority,
  WriteBundle: writeBundle,
  IssueCertificate: issueCertificate,
  UpdateTrust: updateTrust,
  RequestSignature: requestSignature,
  TakeUpCertificate: takeUpCertificate,
  LinkCertificate: linkCertificate,
  RemovePreviousPairs: removePreviousPairs,
  VerifyServed: verifyServed,

  RecordLevel: ({ loop, ...level }, { remember, target }) => remember.recordLevel(target, loop, level),
  RecordRemediation: ({ specHash, restarts }, { remember, target }) =>
    remember.recordRemediation(target, specHash, restarts),
  DeleteSnapshots: deleteSnapshots,
  DropOldestBlocks: dropOldestBlocks,
  BeginBackup: beginBackupStep,
  SaveGrafana: saveGrafana,
  SnapshotPrometheus: snapshotPrometheus,
  CopyBackup: copyBackup,
  ReleaseSnapshot: releaseSnapshot,
  VerifyBackup: verifyBackup,
  PruneBackups: pruneBackups,
  DiscardBackup: discardBackup,
};
