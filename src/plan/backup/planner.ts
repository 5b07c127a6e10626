import { posix } from 'node:path';
import { surplusBackups } from '../../model/backup.ts';
import { formatSize } from '../../model/format-size.ts';
import type { Key } from '../../model/key.ts';
import type { ObservedBackup, ObservedBackups } from '../../model/observed-backups.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import {
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  type ConditionDraft,
  type ResourcePlan,
  type StepDraft,
} from '../draft.ts';
import { lastGood, nextBackup } from './due.ts';
import { backupSources, touchedContainers, type BackupSources } from './sources.ts';

type Seen = Extract<ObservedBackups, { state: 'seen' }>;

/**
 * One Backup resource and what lies in its directory to what is to be done about it: finish what was made and not read
 * back, make the next one when it is due, remove what is beyond those that are kept.
 */
export function planBackup(resource: Resource<'Backup'>, context: PlanContext): ResourcePlan {
  const { spec, key } = resource;
  const { input } = context;
  const found = input.observed.backups[key];
  const target = posix.dirname(spec.directory);
  if (found === undefined || found.state !== 'seen')
    return resourcePlan({ conditions: [targetProblem(found, target, resource)] });
  const gone = input.memory.backups[key];
  if (gone !== undefined && found.complete.length + found.failed.length === 0)
    return resourcePlan({
      conditions: [
        degraded(
          'BackupsGone',
          `${spec.directory} held the backup ${gone.name} and holds none now: is its disk mounted (findmnt -T ${target})? No new one is made until then. If they were removed on purpose: bastion retry ${key}`,
        ),
      ],
    });
  const last = lastGood(found, spec.verify);
  const due = nextBackup(resource, last, context.input);
  const isDue = due.at <= input.now;
  const wakeAt = isDue || due.at === Infinity ? undefined : due.at;
  const sources = backupSources(resource, context);
  if ('type' in sources)
    return resourcePlan({ conditions: isDue ? [sources] : [isWell(found, last, due.at, context)], wakeAt });

  const base = { wakeAt, needs: 'nothing' as const };
  const unverified = spec.verify ? newestUnverified(found) : undefined;
  if (unverified !== undefined)
    return resourcePlan({
      ...base,
      steps: finishing(resource, sources, 'not read back yet'),
      conditions: [progressing('Verifying', `reads the backup ${unverified.name} back`)],
    });
  if (isDue)
    return resourcePlan({
      ...base,
      steps: making(resource, sources, due.cause),
      conditions: [progressing('BackingUp', due.cause)],
      alsoTouches: touchedContainers(resource, sources),
    });
  const { directory } = spec;
  const steps: StepDraft[] = [];
  if (found.leftovers.length > 0)
    steps.push(
      draft('DiscardBackup', { directory, dataDirectory: sources.prometheus.dataDirectory }, 'left by an earlier try'),
    );
  if (hasSurplus(found, resource))
    steps.push(draft('PruneBackups', { directory, keep: spec.keep, verify: spec.verify }, 'more than are kept'));
  if (steps.length > 0)
    return resourcePlan({ ...base, steps, conditions: [progressing('Tidying', 'removes what is not kept')] });
  return resourcePlan({ ...base, conditions: [isWell(found, last, due.at, context)] });
}

function targetProblem(
  found: ObservedBackups | undefined,
  target: string,
  { dependsOn }: Resource<'Backup'>,
): ConditionDraft {
  if (found?.state === 'unreadable') return degraded('BackupFailed', `${target} cannot be read: ${found.error}`);
  const isDeclared = dependsOn.some((key: Key) => key.startsWith('Directory/'));
  return isDeclared
    ? progressing('AwaitingDirectory', `waits for ${target}`)
    : degraded('BackupFailed', `${target} does not exist: is its disk mounted? Make it, or declare it as a Directory`);
}

/** All that it takes to make one; Grafana first, so that its container is not kept from being healed for long. */
function making({ spec }: Resource<'Backup'>, sources: BackupSources, cause: string): StepDraft[] {
  const { directory } = spec;
  const { prometheus, grafana } = sources;
  const { dataDirectory } = prometheus;
  return [
    draft('BeginBackup', { directory, dataDirectory }, cause),
    ...(grafana === undefined ? [] : [draft('SaveGrafana', { directory, ...grafana }, cause)]),
    draft('SnapshotPrometheus', { directory, ...prometheus }, cause),
    draft('CopyBackup', { directory, dataDirectory, prometheus: spec.prometheus }, cause),
    ...finishing({ spec }, sources, cause),
  ];
}

function finishing({ spec }: Pick<Resource<'Backup'>, 'spec'>, sources: BackupSources, cause: string): StepDraft[] {
  const { directory, keep, verify } = spec;
  return [
    draft('ReleaseSnapshot', { directory, dataDirectory: sources.prometheus.dataDirectory }, cause),
    ...(verify ? [draft('VerifyBackup', { directory, image: sources.image }, cause)] : []),
    draft('PruneBackups', { directory, keep, verify }, cause),
  ];
}

/** The newest one, if it was not read back yet; older ones are let be. */
function newestUnverified({ complete }: Seen): ObservedBackup | undefined {
  const newest = complete.at(-1);
  return newest?.isVerified === false ? newest : undefined;
}

function hasSurplus({ complete, failed }: Seen, { spec }: Resource<'Backup'>): boolean {
  const good = new Set(complete.filter(({ isVerified }) => !spec.verify || isVerified).map(({ name }) => name));
  const names = complete.map(({ name }) => name);
  const surplus = surplusBackups(names, failed, spec.keep, (name) => good.has(name));
  return surplus.complete.length + surplus.failed.length > 0;
}

function isWell(found: Seen, last: ObservedBackup | undefined, nextAt: number, { input }: PlanContext): ConditionDraft {
  if (last === undefined) return progressing('AwaitingFirst', 'the first backup is to be made');
  const next = nextAt === Infinity ? 'none' : minute(Math.max(nextAt, input.now));
  const size = `${formatSize(last.bytes)}, ${formatSize(last.newBytes)} of it new`;
  const what = `${found.complete.length} kept; the last one of ${minute(last.startedAt)}: ${size}${last.isVerified ? ', read back' : ''}`;
  return ready('BackedUp', `${what}; next ${next}`);
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
