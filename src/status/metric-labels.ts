import type { Outcome } from '../model/outcome.ts';
import type { ContainerSpec, DirectorySpec, NetworkSpec, VolumeSpec } from '../model/specs.ts';
import type { Operation } from '../model/step.ts';
import type { PassResult } from '../model/trace.ts';

// Records rather than lists: a member that is added to the model and forgotten here does not compile.

const OPERATION_TABLE: Record<Operation, true> = {
  CreateNetwork: true,
  RemoveNetwork: true,
  ConnectNetwork: true,
  DisconnectNetwork: true,
  CreateVolume: true,
  RemoveVolume: true,
  PullImage: true,
  BuildImage: true,
  CreateContainer: true,
  StartContainer: true,
  StopContainer: true,
  RestartContainer: true,
  UnpauseContainer: true,
  SignalContainer: true,
  RenameContainer: true,
  RemoveContainer: true,
  UpdateContainer: true,
  RecordRollback: true,
  CreateDirectory: true,
  WriteSentinel: true,
  CheckFile: true,
  WriteFile: true,
  SetOwnership: true,
  RequestContainer: true,
  VerifyLoaded: true,
  RecordNotified: true,
  RestoreFile: true,
  RecordPatched: true,
  RotateLog: true,
  RemoveRotatedLogs: true,
  GenerateSecret: true,
  CreateAuthority: true,
  WriteBundle: true,
  IssueCertificate: true,
  UpdateTrust: true,
  RequestSignature: true,
  TakeUpCertificate: true,
  LinkCertificate: true,
  RemovePreviousPairs: true,
  VerifyServed: true,
  RecordLevel: true,
  RecordRemediation: true,
  DeleteSnapshots: true,
  DropOldestBlocks: true,
  BeginBackup: true,
  SaveGrafana: true,
  SnapshotPrometheus: true,
  CopyBackup: true,
  ReleaseSnapshot: true,
  VerifyBackup: true,
  PruneBackups: true,
  DiscardBackup: true,
};
export const OPERATIONS = Object.keys(OPERATION_TABLE) as Operation[];

const OUTCOME_TABLE: Record<Outcome['type'], true> = {
  done: true,
  requeueAfter: true,
  retry: true,
  terminal: true,
  skipped: true,
};
export const OUTCOMES = Object.keys(OUTCOME_TABLE) as Outcome['type'][];

const RESULT_TABLE: Record<PassResult, true> = {
  converged: true,
  progressing: true,
  waiting: true,
  failing: true,
  stopped: true,
};
export const PASS_RESULTS = Object.keys(RESULT_TABLE) as PassResult[];

type Live<Spec> = Exclude<
  keyof Spec,
  'adopt' | 'healthyWithin' | 'runPolicy' | 'runAfter' | 'readiness' | 'external' | 'image'
>;

const CONTAINER_FIELDS: Record<Live<ContainerSpec> | 'image' | 'name' | 'state', true> = {
  image: true,
  name: true,
  state: true,
  command: true,
  entrypoint: true,
  environment: true,
  labels: true,
  hostname: true,
  domainname: true,
  user: true,
  working_dir: true,
  mac_address: true,
  networks: true,
  network_mode: true,
  ports: true,
  expose: true,
  volumes: true,
  tmpfs: true,
  mem_limit: true,
  mem_reservation: true,
  memswap_limit: true,
  cpus: true,
  cpu_shares: true,
  cpu_quota: true,
  cpu_period: true,
  cpuset: true,
  pids_limit: true,
  restart: true,
  healthcheck: true,
  cap_add: true,
  cap_drop: true,
  privileged: true,
  read_only: true,
  init: true,
  tty: true,
  stdin_open: true,
  security_opt: true,
  extra_hosts: true,
  dns: true,
  dns_search: true,
  dns_opt: true,
  ulimits: true,
  sysctls: true,
  devices: true,
  stop_signal: true,
  stop_grace_period: true,
  logging: true,
  shm_size: true,
  ipc: true,
  pid: true,
  uts: true,
  userns_mode: true,
  cgroup_parent: true,
  runtime: true,
  group_add: true,
  oom_kill_disable: true,
  oom_score_adj: true,
};
const NETWORK_FIELDS: Record<Live<NetworkSpec>, true> = {
  driver: true,
  driver_opts: true,
  internal: true,
  attachable: true,
  enable_ipv6: true,
  ipam: true,
  labels: true,
};
const VOLUME_FIELDS: Record<Live<VolumeSpec>, true> = { driver: true, driver_opts: true, labels: true };
const PATH_FIELDS: Record<Exclude<keyof DirectorySpec, 'path' | 'sentinel'>, true> = {
  owner: true,
  group: true,
  mode: true,
};

/** Label value of a drift that is the object as a whole: missing, stopped, in the way. */
export const WHOLE_OBJECT = 'object';

/** Drift that is possible for each kind, so that its series exist before it first happens. */
export const DRIFT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Network: [WHOLE_OBJECT, ...Object.keys(NETWORK_FIELDS)],
  Volume: [WHOLE_OBJECT, ...Object.keys(VOLUME_FIELDS)],
  Image: [WHOLE_OBJECT],
  Directory: [WHOLE_OBJECT, ...Object.keys(PATH_FIELDS)],
  File: [WHOLE_OBJECT, 'content', ...Object.keys(PATH_FIELDS)],
  Secret: [WHOLE_OBJECT, ...Object.keys(PATH_FIELDS)],
  CertificateAuthority: [WHOLE_OBJECT],
  Certificate: [WHOLE_OBJECT, ...Object.keys(PATH_FIELDS)],
  Container: [WHOLE_OBJECT, ...Object.keys(CONTAINER_FIELDS)],
};

/** Field path to a label value out of a bounded set: `environment.TZ` and `ports[0]` lose their keys. */
export function boundedField(path: string): string {
  const field = /^[A-Za-z_]{1,40}(?=$|[.[:])/.exec(path);
  return field?.[0] ?? 'other';
}
