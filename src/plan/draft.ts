import type { ConditionType } from '../model/condition.ts';
import type { FieldChange } from '../model/fields.ts';
import type { Key } from '../model/key.ts';
import type { ConsentRequest } from '../model/plan.ts';
import type { Operation, Risk, StepArguments } from '../model/step.ts';

/** A step before it has a place in the plan. Drafts of one resource run one after another. */
export type StepDraft<O extends Operation = Operation> = {
  [P in O]: {
    readonly op: P;
    readonly cause: string;
    readonly fields: readonly FieldChange[];
    readonly args: StepArguments[P];
  };
}[O];

export interface ConditionDraft {
  readonly type: ConditionType;
  readonly reason: string;
  readonly message: string;
  readonly wait?: { readonly since: number; readonly until: number };
}

/** What one planner has to say of one resource. */
export interface ResourcePlan {
  readonly steps: readonly StepDraft[];
  /** What holds now, before any step. Exactly one `Ready` where dependents need not wait. */
  readonly conditions: readonly ConditionDraft[];
  /** Once the steps are done, dependents may follow in the same plan (false where health must be awaited first). */
  readonly readyAfterSteps: boolean;
  /** What dependents need is there already, whatever becomes of these steps. */
  readonly isUsable: boolean;
  /** Which dependencies the steps need; gates hold always. */
  readonly needs: 'everything' | 'networks' | 'nothing';
  /** These steps undo a failure, so its backoff does not hold them. */
  readonly ignoresBackoff: boolean;
  /** These steps keep the previous spec alive: that the wanted one failed for good does not hold them for ever. */
  readonly servesPrevious: boolean;
  /** Milliseconds since the epoch. */
  readonly wakeAt: number | undefined;
  /** The steps wait for this consent. */
  readonly consent: ConsentRequest | undefined;
  readonly faults: readonly string[];
  /** Other resources whose objects the steps touch: a hold on one of them, and a closed gate before it, hold these steps too. */
  readonly alsoTouches: readonly Key[];
}

/** A step draft with defaults. */
export function draft<O extends Operation>(
  op: O,
  args: StepArguments[O],
  cause: string,
  fields: readonly FieldChange[] = [],
): StepDraft<O> {
  return { op, args, cause, fields };
}

/** A resource plan with defaults: no steps, ready after them, everything needed. */
export function resourcePlan(parts: Partial<ResourcePlan> & Pick<ResourcePlan, 'conditions'>): ResourcePlan {
  return {
    steps: [],
    readyAfterSteps: true,
    isUsable: false,
    needs: 'everything',
    ignoresBackoff: false,
    servesPrevious: false,
    wakeAt: undefined,
    consent: undefined,
    faults: [],
    alsoTouches: [],
    ...parts,
  };
}

export const ready = (reason: string, message: string): ConditionDraft => ({ type: 'Ready', reason, message });
export const progressing = (reason: string, message: string): ConditionDraft => ({
  type: 'Progressing',
  reason,
  message,
});
export const blocked = (reason: string, message: string): ConditionDraft => ({ type: 'Blocked', reason, message });
export const degraded = (reason: string, message: string): ConditionDraft => ({ type: 'Degraded', reason, message });
export const stalled = (reason: string, message: string): ConditionDraft => ({ type: 'Stalled', reason, message });

const RISKS: Readonly<Record<Operation, Risk>> = {
  CreateNetwork: 'safe',
  RemoveNetwork: 'destructive',
  ConnectNetwork: 'safe',
  DisconnectNetwork: 'disruptive',
  CreateVolume: 'safe',
  RemoveVolume: 'destructive',
  PullImage: 'safe',
  BuildImage: 'safe',
  CreateContainer: 'safe',
  StartContainer: 'safe',
  StopContainer: 'disruptive',
  RestartContainer: 'disruptive',
  UnpauseContainer: 'safe',
  SignalContainer: 'safe',
  RenameContainer: 'safe',
  RemoveContainer: 'destructive',
  UpdateContainer: 'safe',
  RecordRollback: 'safe',
  CreateDirectory: 'safe',
  WriteSentinel: 'safe',
  CheckFile: 'safe',
  WriteFile: 'safe',
  SetOwnership: 'safe',
  RequestContainer: 'safe',
  VerifyLoaded: 'safe',
  RecordNotified: 'safe',
  RestoreFile: 'safe',
  RecordPatched: 'safe',
  RotateLog: 'safe',
  // What its spec says may go.
  RemoveRotatedLogs: 'safe',
  GenerateSecret: 'safe',
  CreateAuthority: 'safe',
  WriteBundle: 'safe',
  IssueCertificate: 'safe',
  UpdateTrust: 'safe',
  RequestSignature: 'safe',
  TakeUpCertificate: 'safe',
  LinkCertificate: 'safe',
  // Only what the operator made itself and nobody reads any more.
  RemovePreviousPairs: 'safe',
  VerifyServed: 'safe',
  RecordLevel: 'safe',
  RecordRemediation: 'safe',
  DeleteSnapshots: 'destructive',
  DropOldestBlocks: 'destructive',
  BeginBackup: 'safe',
  SaveGrafana: 'disruptive',
  SnapshotPrometheus: 'safe',
  CopyBackup: 'safe',
  ReleaseSnapshot: 'safe',
  VerifyBackup: 'safe',
  PruneBackups: 'destructive',
  DiscardBackup: 'safe',
};

/** What an operation does to what is being served. */
export function riskOf(op: Operation): Risk {
  return RISKS[op];
}

/** Name of a hold file for a resource: `Container.web`; slashes of image references become `_`. */
export function holdName(key: Key): string {
  return key.replace('/', '.').replaceAll('/', '_');
}
