import type { Condition } from '../model/condition.ts';
import type { Key } from '../model/key.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Resource } from '../model/resource.ts';
import { SENTINEL_NAME, type RememberedSentinel } from '../model/sentinel.ts';
import { degraded, stalled, type ConditionDraft } from './draft.ts';

/** Reasons for which nothing may be done with what depends on a directory: it may be another one than the data is in. */
const WITHHOLDING: ReadonlySet<string> = new Set(['SentinelMissing', 'SentinelDiffers', 'SentinelUnreadable']);

type Seen = Pick<PlanningInput, 'observed' | 'memory'>;

/**
 * What is wrong with a directory that shall have a sentinel: undefined when it is the one that is remembered, or when
 * nothing is remembered and so whatever is there is taken as it is.
 */
export function sentinelProblem(
  { key, spec }: Resource<'Directory'>,
  { observed, memory }: Seen,
): ConditionDraft | undefined {
  const found = observed.sentinels[key];
  if (spec.sentinel !== true || found === undefined) return undefined;
  const remembered = memory.sentinels[key];
  const untouched = 'What needs it is left exactly as it is';
  const accept = `If what is there now is right: bastion retry ${key}`;
  if (found.state === 'unreadable')
    return degraded(
      'SentinelUnreadable',
      `${spec.path} cannot be told from another directory: ${found.error}. ${untouched}`,
    );
  if (remembered === undefined) return undefined;
  if (found.state === 'present') {
    if (found.id === remembered.id) return undefined;
    return stalled(
      'SentinelDiffers',
      `${spec.path} is another directory than before: its ${SENTINEL_NAME} has the id ${short(found.id)}, not ${short(remembered.id)}. Is the right disk mounted (findmnt -T ${spec.path})? ${untouched}. ${accept}`,
    );
  }
  return stalled(
    'SentinelMissing',
    `${spec.path} ${whatIsThere(found.inode, remembered)}. Is its disk mounted (findmnt -T ${spec.path})? ${untouched}. If the data is gone for good, or the file only was removed: bastion retry ${key}`,
  );
}

/** Whether a directory needs its sentinel made. */
export function lacksSentinel({ key, spec }: Resource<'Directory'>, { observed }: Seen): boolean {
  return spec.sentinel === true && observed.sentinels[key]?.state === 'missing';
}

/** Sentinels to remember from now on: of what is seen for the first time, and of what moved with its sentinel. */
export function newSentinels({
  desired,
  observed,
  memory,
}: Pick<PlanningInput, 'desired'> & Seen): Readonly<Partial<Record<Key, RememberedSentinel>>> {
  const news: Partial<Record<Key, RememberedSentinel>> = {};
  for (const { kind, key, spec } of desired.resources) {
    const found = kind === 'Directory' && spec.sentinel === true ? observed.sentinels[key] : undefined;
    if (found?.state !== 'present') continue;
    const remembered = memory.sentinels[key];
    if (remembered !== undefined && (remembered.id !== found.id || remembered.inode === found.inode)) continue;
    news[key] = { id: found.id, inode: found.inode };
  }
  return news;
}

/**
 * What keeps resources from being touched, by their keys: directories that they need and that are not what they were, and
 * they themselves where a path of theirs does not answer.
 */
export function withheldByDirectories(
  input: Pick<PlanningInput, 'desired'> & Seen,
): ReadonlyMap<Key, ReadonlySet<Key>> {
  const wrong = new Set<Key>();
  for (const resource of input.desired.resources)
    if (resource.kind === 'Directory' && sentinelProblem(resource, input) !== undefined) wrong.add(resource.key);
  const silent = input.observed.silent ?? {};
  if (wrong.size === 0 && Object.keys(silent).length === 0) return new Map();
  return new Map(
    input.desired.resources.map(({ key, dependsOn }) => {
      const directories = dependsOn.filter((other) => wrong.has(other));
      // Others' steps must not touch it either: a file that restarts its reader, say.
      return [key, new Set(silent[key] === undefined ? directories : [...directories, key])];
    }),
  );
}

/** Whether nothing may be done with what depends on a resource, given what holds for it. */
export function withholds(conditions: readonly Pick<Condition, 'reason'>[]): boolean {
  return conditions.some(({ reason }) => WITHHOLDING.has(reason));
}

function whatIsThere(inode: string | undefined, remembered: RememberedSentinel): string {
  if (inode === undefined) return 'is gone';
  const lacks = `has no ${SENTINEL_NAME} any more`;
  const device = (text: string): string | undefined => text.split(':')[0];
  if (inode === remembered.inode) return lacks;
  return `${lacks}, and is another directory than before${device(inode) === device(remembered.inode) ? '' : ', on another file system'}`;
}

function short(id: string): string {
  return id.slice(0, 8);
}
