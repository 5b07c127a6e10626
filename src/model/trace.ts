import type { BackupStatus } from './backup-status.ts';
import type { Condition } from './condition.ts';
import type { FieldChange } from './fields.ts';
import type { Key } from './key.ts';
import type { LoopsStatus } from './loops-status.ts';
import type { NotificationKind } from './notification.ts';
import type { ObservedServed } from './observed-certificates.ts';
import type { ObservedService } from './observed-services.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { PullAmount } from './pull-amount.ts';
import type { Finding } from './resource.ts';
import type { CertificateStatus } from './certificate-status.ts';
import type { Step } from './step.ts';

/**
 * All that the loop has to tell. Logs, metrics, history, the terminal and the tests consume this one stream; the loop
 * itself knows none of them. `at` is milliseconds since the epoch, durations are milliseconds.
 */
export type TraceEvent = { readonly at: number } & (
  | { readonly type: 'started'; readonly version: string }
  | { readonly type: 'stopped'; readonly reason: string }
  | {
      readonly type: 'desired-loaded';
      readonly revision: string | undefined;
      readonly resources: number;
      readonly complete: boolean;
      readonly findings: readonly Finding[];
      readonly milliseconds: number;
    }
  /** The desired state was read again and is as it was. */
  | { readonly type: 'desired-confirmed' }
  /** Nothing usable could be read (missing or empty directory): the pass stops. */
  | { readonly type: 'desired-failed'; readonly message: string }
  | { readonly type: 'engine-lost'; readonly message: string }
  | { readonly type: 'engine-connected' }
  | { readonly type: 'observed'; readonly full: boolean; readonly calls: number; readonly milliseconds: number }
  /** A relist found a change that no event announced. */
  | { readonly type: 'event-missed'; readonly what: string }
  | { readonly type: 'planned'; readonly plan: Plan; readonly milliseconds: number }
  | { readonly type: 'drift-found'; readonly key: Key; readonly cause: string; readonly fields: readonly FieldChange[] }
  /** From the first sight of a drift to Ready again. */
  | { readonly type: 'healed'; readonly key: Key; readonly milliseconds: number }
  | { readonly type: 'step-started'; readonly step: Step }
  | { readonly type: 'step-progress'; readonly step: Step; readonly text: string; readonly amount?: PullAmount }
  | {
      readonly type: 'step-finished';
      readonly step: Step;
      readonly outcome: Outcome;
      readonly revision: string | undefined;
      readonly milliseconds: number;
    }
  /** `previous` is undefined at first sight. */
  | { readonly type: 'condition-changed'; readonly condition: Condition; readonly previous: Condition | undefined }
  /** A closed gate whose dependencies are Ready: it is the human's turn. Once until it opens or its checklist changes. */
  | { readonly type: 'gate-waiting'; readonly key: Key; readonly touch: string; readonly checklist: readonly string[] }
  /**
   * The human's turn at a closed gate rests, because something before it is not Ready any more, or goes on; `since` is
   * when the turn began.
   */
  | { readonly type: 'gate-turn'; readonly key: Key; readonly awaitingHuman: boolean; readonly since: number }
  | { readonly type: 'gate-opened'; readonly key: Key }
  | { readonly type: 'gate-closed'; readonly key: Key }
  | { readonly type: 'consent-waiting'; readonly touch: string; readonly removes: readonly string[] }
  | {
      readonly type: 'pass-finished';
      readonly result: PassResult;
      readonly milliseconds: number;
    }
  /** Something that the human did has no effect, e.g. a hold file that names nothing. Once until it is mended. */
  | { readonly type: 'warning'; readonly message: string }
  /** What is as it should be: something that is waited for (`isGood` false), or came (true). */
  | { readonly type: 'notice'; readonly message: string; readonly isGood: boolean }
  /** All authorities and certificates as a pass saw them. */
  | { readonly type: 'certificates-seen'; readonly certificates: readonly CertificateStatus[] }
  /** All backups as a pass saw them. */
  | { readonly type: 'backups-seen'; readonly backups: readonly BackupStatus[] }
  /** The human asked for a backup now. */
  | { readonly type: 'backup-asked'; readonly key: Key }
  /** A consumer was dialled, by schedule or after a change. */
  | { readonly type: 'served-checked'; readonly key: Key; readonly consumer: string; readonly result: ObservedServed }
  /** A service of the stack was asked, beside the passes. */
  | { readonly type: 'service-checked'; readonly key: Key; readonly found: ObservedService }
  /** All services that are asked, and where the closed loops stand, as a pass saw them. */
  | { readonly type: 'loops-seen'; readonly loops: LoopsStatus }
  /** The human asked for a new certificate before its time. */
  | { readonly type: 'renewal-asked'; readonly key: Key }
  /** The human said "try again"; `forgotten`: what kept it from being tried, in words. */
  | { readonly type: 'retry-asked'; readonly key: Key; readonly forgotten: readonly string[] }
  /** Who is to be notified, by the desired state. */
  | { readonly type: 'receivers-known'; readonly receivers: readonly string[] }
  /**
   * A notification on its way to a receiver; `queued`: how many wait for it now. `later`: a try failed, and another one
   * follows.
   */
  | {
      readonly type: 'notification';
      readonly receiver: string;
      readonly result: 'queued' | 'sent' | 'later' | 'refused' | 'dropped';
      readonly queued: number;
      readonly kind: NotificationKind;
      readonly title: string;
      readonly reason?: string;
    }
  /** An error that is a fault of ours, caught so that the loop goes on. */
  | { readonly type: 'fault'; readonly where: string; readonly message: string }
);

/**
 * converged: the plan is empty and everything is Ready. progressing: steps ran or run, or a health check is awaited.
 * waiting: only what waits for the human (gates, consents, holds) is left. failing: something is Degraded, Stalled or
 * backing off. stopped: there was no plan (no desired state, no engine).
 */
export type PassResult = 'converged' | 'progressing' | 'waiting' | 'failing' | 'stopped';
