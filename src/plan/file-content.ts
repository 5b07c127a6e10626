import type { FieldChange } from '../model/fields.ts';
import type { FileSpec, OnChange } from '../model/file-specs.ts';
import { keyOf, type Key } from '../model/key.ts';
import type { Patched } from '../model/memory.ts';
import type { ObservedContainer, ObservedPath } from '../model/observed.ts';
import { actionSteps } from './action-steps.ts';
import type { PlanContext } from './context.ts';
import { degraded, draft, progressing, ready, resourcePlan, type ResourcePlan, type StepDraft } from './draft.ts';
import { isLater } from './is-later.ts';
import { ownerChanges } from './owner-changes.ts';
import { ownershipOf } from './ownership.ts';
import { runningContainer } from './running-container.ts';
import { tlsAccess } from './tls-access.ts';

/** Error code of a consumer that does not serve the new content; see `apply/steps`. */
const NOT_LOADED = 'NOT_LOADED';

/** A file with the content that it is to have, whoever says so. */
export interface WantedFile {
  readonly key: Key;
  readonly spec: FileSpec;
  /** Failures are booked under it (`Resource.attempt`). */
  readonly attempt: string;
  /** A roll-back is remembered under it: it tells this content from others that the same manifest may lead to. */
  readonly tried: string;
  /** It is somebody else's file, of which only some keys are ours. */
  readonly patch?: {
    readonly changes: readonly FieldChange[];
    /** sha256 of the content that the wanted one was made of. */
    readonly replaces: string;
    readonly wrote: Patched;
  };
}

/**
 * A file and what is there of it to what is to be done about it, its consumers included: check, write, tell, verify, and
 * the way back where a consumer does not take it.
 *
 * @param path undefined or missing, or a regular file
 */
export function planContent(wanted: WantedFile, path: ObservedPath | undefined, context: PlanContext): ResourcePlan {
  const { spec, key } = wanted;
  const { memory } = context.input;
  const rolledBack = memory.rolledBack[key]?.specHash === wanted.tried ? memory.rolledBack[key] : undefined;
  if (rolledBack)
    return resourcePlan({
      steps: path?.type === 'file' ? [] : [draft('RestoreFile', { spec }, 'missing')],
      conditions: [
        degraded(
          'ConfigRolledBack',
          `the new content was put live and taken back: ${rolledBack.reason}. It is not tried again until it changes`,
        ),
      ],
    });
  const failure = memory.backoffs[key];
  const isLive = path?.digest === spec.digest;
  if (isLive && failure?.error.code === NOT_LOADED && failure.specHash === wanted.attempt)
    return rollBack(wanted, failure.error.message, context);
  const writes =
    path?.type === 'file' ? repairSteps(wanted, path, context) : writeSteps(wanted, 'missing', wanted.patch?.changes);
  const notices = noticeSteps(
    wanted,
    path,
    writes.some((step) => step.op === 'WriteFile'),
    context,
  );
  const steps = [...writes, ...notices];
  if (steps.length === 0) return resourcePlan({ conditions: [ready('Present', 'content, owner and mode as wanted')] });
  const fields = writes.flatMap((step) => step.fields.map((field) => field.path)).join(', ');
  return resourcePlan({
    steps,
    alsoTouches: notices.length === 0 ? [] : consumersOf(spec),
    conditions: [
      writes.length === 0
        ? progressing('Notifying', 'telling the consumers of the new content')
        : progressing(isLive ? 'Drifted' : 'Writing', fields || 'missing'),
    ],
  });
}

function rollBack(wanted: WantedFile, reason: string, context: PlanContext): ResourcePlan {
  const { spec, tried, patch } = wanted;
  const cause = `rolled back: ${reason}`;
  const replaces = patch === undefined ? {} : { replaces: spec.digest };
  return resourcePlan({
    steps: [
      // In this order: where there is nothing to put back, nobody must say that it was.
      draft('RestoreFile', { spec, ...replaces }, cause),
      draft('RecordRollback', { specHash: tried, reason }, cause),
      ...consumerActions(wanted, context, cause),
    ],
    alsoTouches: consumersOf(spec),
    conditions: [degraded('RollingBack', `putting the previous content back: ${reason}`)],
    ignoresBackoff: true,
    readyAfterSteps: false,
  });
}

function consumersOf({ onChange }: FileSpec): Key[] {
  return onChange.map(({ container }) => keyOf('Container', container));
}

function writeSteps({ spec, patch }: WantedFile, cause: string, fields: StepDraft['fields'] = []): StepDraft[] {
  const { replaces, wrote } = patch ?? {};
  return [
    ...(spec.check ? [draft('CheckFile', { spec }, cause)] : []),
    // Before the write: what is found afterwards must be known as ours, whenever we die.
    ...(wrote === undefined ? [] : [draft('RecordPatched', { wrote }, cause)]),
    draft('WriteFile', { spec, ...(replaces === undefined ? {} : { replaces }) }, cause, fields),
  ];
}

function repairSteps(wanted: WantedFile, path: ObservedPath, context: PlanContext): StepDraft[] {
  const { spec, patch } = wanted;
  const owners = ownerChanges(spec, path, context.input.observed);
  if (path.digest !== spec.digest) {
    if (patch !== undefined) return writeSteps(wanted, 'keys differ', patch.changes);
    const content = {
      path: 'content',
      want: `sha256:${spec.digest.slice(0, 12)}`,
      got: path.digest === undefined ? undefined : `sha256:${path.digest.slice(0, 12)}`,
    };
    return writeSteps(wanted, 'content differs', [content, ...owners]);
  }
  if (owners.length === 0) return [];
  return [draft('SetOwnership', { path: spec.path, ...ownershipOf(spec) }, 'drift', owners)];
}

/**
 * A consumer must be told when it started before the file was written and was not told of this content yet. Both are
 * read from the world, so a crash between the write and the signal loses nothing. One that started later has read the
 * file by itself; whether it took it is still verified, once it is up.
 */
function noticeSteps(
  { spec, key }: WantedFile,
  path: ObservedPath | undefined,
  willWrite: boolean,
  context: PlanContext,
): StepDraft[] {
  if (!willWrite && context.input.memory.notified[key] === spec.digest) return [];
  const cause = `${key} changed`;
  const steps = spec.onChange.flatMap((reaction) => {
    const consumer = runningContainer(reaction.container, context);
    if (!consumer) return [];
    if (willWrite || !isLater(consumer.startedAt, path?.modifiedAt ?? 0, context.input.now))
      return [...tell(reaction, consumer, cause, context), ...verify(reaction, consumer, cause, context)];
    const isUp = consumer.health === 'none' || consumer.health === 'healthy';
    return isUp ? verify(reaction, consumer, cause, context) : [];
  });
  return steps.length === 0 ? [] : [...steps, draft('RecordNotified', { digest: spec.digest }, cause)];
}

function consumerActions({ spec }: WantedFile, context: PlanContext, cause: string): StepDraft[] {
  return spec.onChange.flatMap((reaction) => {
    const consumer = runningContainer(reaction.container, context);
    return consumer ? tell(reaction, consumer, cause, context) : [];
  });
}

function tell({ action }: OnChange, consumer: ObservedContainer, cause: string, context: PlanContext): StepDraft[] {
  return actionSteps(action, consumer, cause, context.input);
}

function verify({ loaded }: OnChange, { id }: ObservedContainer, cause: string, context: PlanContext): StepDraft[] {
  if (loaded === undefined) return [];
  const access = loaded.tls === undefined ? {} : { access: tlsAccess(loaded.tls, context.input) };
  return [draft('VerifyLoaded', { container: id, loaded, ...access }, cause)];
}
