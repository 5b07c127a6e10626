import { keyOf } from '../model/key.ts';
import type { ObservedContainer, ObservedPath } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import type { OnChange } from '../model/specs.ts';
import { actionSteps } from './action-steps.ts';
import type { PlanContext } from './context.ts';
import {
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  stalled,
  type ResourcePlan,
  type StepDraft,
} from './draft.ts';
import { isLater } from './is-later.ts';
import { ownerChanges } from './owner-changes.ts';
import { ownershipOf } from './ownership.ts';
import { runningContainer } from './running-container.ts';

/** Error code of a consumer that does not serve the new content; see `apply/steps`. */
const NOT_LOADED = 'NOT_LOADED';

/** One File resource and what is there to what is to be done about it, its consumers included. */
export function planFile(resource: Resource<'File'>, context: PlanContext): ResourcePlan {
  const { spec, key } = resource;
  const { observed, memory } = context.input;
  const path = observed.paths[spec.path];
  if (path?.type === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `${spec.path}: ${path.error ?? 'cannot be read'}`)] });
  if (path && path.type !== 'missing' && path.type !== 'file')
    return resourcePlan({ conditions: [stalled('NotAFile', `${spec.path} is a ${path.type}; move it away`)] });

  const rolledBack = memory.rolledBack[key]?.specHash === resource.attempt ? memory.rolledBack[key] : undefined;
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
  if (isLive && failure?.error.code === NOT_LOADED && failure.specHash === resource.attempt) {
    const reason = failure.error.message;
    const cause = `rolled back: ${reason}`;
    return resourcePlan({
      steps: [
        // In this order: where there is nothing to put back, nobody must say that it was.
        draft('RestoreFile', { spec }, cause),
        draft('RecordRollback', { specHash: resource.attempt, reason }, cause),
        ...consumerActions(resource, context, cause),
      ],
      alsoTouches: spec.onChange.map(({ container }) => keyOf('Container', container)),
      conditions: [degraded('RollingBack', `putting the previous content back: ${reason}`)],
      ignoresBackoff: true,
      readyAfterSteps: false,
    });
  }
  const writes =
    path && path.type === 'file' ? repairSteps(resource, path, context) : writeSteps(resource, 'missing', []);
  const notices = noticeSteps(
    resource,
    path,
    writes.some((step) => step.op === 'WriteFile'),
    context,
  );
  const steps = [...writes, ...notices];
  if (steps.length === 0) return resourcePlan({ conditions: [ready('Present', 'content, owner and mode as wanted')] });
  const fields = writes.flatMap((step) => step.fields.map((field) => field.path)).join(', ');
  return resourcePlan({
    steps,
    alsoTouches: notices.length === 0 ? [] : spec.onChange.map(({ container }) => keyOf('Container', container)),
    conditions: [
      writes.length === 0
        ? progressing('Notifying', 'telling the consumers of the new content')
        : progressing(isLive ? 'Drifted' : 'Writing', fields || 'missing'),
    ],
  });
}

function writeSteps(resource: Resource<'File'>, cause: string, fields: StepDraft['fields']): StepDraft[] {
  const { spec } = resource;
  return [...(spec.check ? [draft('CheckFile', { spec }, cause)] : []), draft('WriteFile', { spec }, cause, fields)];
}

function repairSteps(resource: Resource<'File'>, path: ObservedPath, context: PlanContext): StepDraft[] {
  const { spec } = resource;
  const owners = ownerChanges(spec, path, context.input.observed);
  if (path.digest !== spec.digest) {
    const content = {
      path: 'content',
      want: `sha256:${spec.digest.slice(0, 12)}`,
      got: path.digest === undefined ? undefined : `sha256:${path.digest.slice(0, 12)}`,
    };
    return writeSteps(resource, 'content differs', [content, ...owners]);
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
  resource: Resource<'File'>,
  path: ObservedPath | undefined,
  willWrite: boolean,
  context: PlanContext,
): StepDraft[] {
  const { spec, key } = resource;
  if (!willWrite && context.input.memory.notified[key] === spec.digest) return [];
  const cause = `${key} changed`;
  const steps = spec.onChange.flatMap((reaction) => {
    const consumer = runningContainer(reaction.container, context);
    if (!consumer) return [];
    if (willWrite || !isLater(consumer.startedAt, path?.modifiedAt ?? 0, context.input.now))
      return reactionSteps(reaction, consumer, cause, true);
    const isUp = consumer.health === 'none' || consumer.health === 'healthy';
    return reaction.loaded && isUp
      ? [draft('VerifyLoaded', { container: consumer.id, loaded: reaction.loaded }, cause)]
      : [];
  });
  return steps.length === 0 ? [] : [...steps, draft('RecordNotified', { digest: spec.digest }, cause)];
}

function consumerActions(resource: Resource<'File'>, context: PlanContext, cause: string): StepDraft[] {
  return resource.spec.onChange.flatMap((reaction) => {
    const consumer = runningContainer(reaction.container, context);
    return consumer ? reactionSteps(reaction, consumer, cause, false) : [];
  });
}

function reactionSteps(reaction: OnChange, consumer: ObservedContainer, cause: string, verify: boolean): StepDraft[] {
  const { action, loaded } = reaction;
  const verification = verify && loaded ? [draft('VerifyLoaded', { container: consumer.id, loaded }, cause)] : [];
  return [...actionSteps(action, consumer, cause), ...verification];
}
