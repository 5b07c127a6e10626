import { keyOf, type Key } from '../../model/key.ts';
import { levelOf } from '../../model/levels.ts';
import type { RememberedOldest } from '../../model/memory.ts';
import type { PrometheusAnswer } from '../../model/observed-services.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import type { Resource } from '../../model/resource.ts';
import { trouble, verdict, type Verdict } from './verdict.ts';

const HOUR = 3_600_000;
/** Blocks go as a whole, so that the oldest sample may be a block younger than retention says: a tenth of it at most. */
const LONGEST_BLOCK = 0.1;
/** A block of two hours, however short the retention is. */
const SHORTEST_SLACK = 3 * HOUR;
/** The same process is not written down more often: only its oldest sample matters, and when it was seen. */
const SEEN_AGAIN = HOUR;
/** From this level on the disk loop takes samples away itself. */
const TAKING_DISK_LEVEL = 2;

interface Seen {
  readonly lowest: number;
  readonly startedAt: number;
}

/**
 * Whether samples are gone that nobody meant to go: after a restart or a replacement the oldest one is younger than
 * before, by more than retention explains.
 *
 * @param remembered as it was before the restart
 * @param retention milliseconds
 * @param now milliseconds since the epoch
 */
export function isDataLost(remembered: RememberedOldest, seen: Seen, retention: number, now: number): boolean {
  if (seen.startedAt === remembered.startedAt || seen.lowest <= remembered.lowest) return false;
  const slack = Math.max(SHORTEST_SLACK, retention * LONGEST_BLOCK);
  const oldestKept = now - retention + slack;
  // It may have stood still for so long that all it had was too old.
  if (remembered.seenAt < oldestKept) return false;
  return seen.lowest > Math.max(remembered.lowest, oldestKept);
}

/** Told of a Prometheus whose samples are gone, with numbers and what to do. */
export function oldestSampleVerdict(
  key: Key,
  answer: PrometheusAnswer,
  input: Pick<PlanningInput, 'desired' | 'memory' | 'now'>,
): Verdict {
  const remembered = input.memory.oldest[key];
  const seen = seenIn(answer);
  const retention = retentionOf(key, input);
  if (remembered === undefined || seen === undefined || retention === undefined) return verdict();
  if (takesItself(key, input) || !isDataLost(remembered, seen, retention, input.now)) return verdict();
  const backups = backupsOf(key, input);
  const restore =
    backups.length === 0
      ? 'No Backup names it, so there is nothing to restore from'
      : `Restore it from a backup: bastion restore ${backups[0]} (docs/operations.md, "Restoring a backup")`;
  return trouble(
    'DataLost',
    `its oldest sample was of ${minute(remembered.lowest)} and is of ${minute(seen.lowest)} since it was started at ${minute(seen.startedAt)}, though samples are kept for ${Math.round(retention / (24 * HOUR))} d: was another or an empty directory mounted? ${restore}. To go on with what is there: bastion retry ${key}`,
  );
}

/** What to remember of every Prometheus from now on; what is lost stays remembered until it is back, or accepted. */
export function newOldest(
  input: Pick<PlanningInput, 'desired' | 'observed' | 'memory' | 'now'>,
): Readonly<Partial<Record<Key, RememberedOldest>>> {
  const news: Partial<Record<Key, RememberedOldest>> = {};
  for (const { key, kind } of input.desired.resources) {
    const found = kind === 'Prometheus' ? input.observed.services?.[key] : undefined;
    if (found?.type !== 'prometheus' || found.answer === undefined || found.failure !== undefined) continue;
    const seen = seenIn(found.answer);
    const retention = retentionOf(key, input);
    if (seen === undefined || retention === undefined) continue;
    const before = input.memory.oldest[key];
    const isLost = before !== undefined && isDataLost(before, seen, retention, input.now);
    if (isLost && !takesItself(key, input)) continue;
    const isNews =
      before === undefined ||
      before.lowest !== seen.lowest ||
      before.startedAt !== seen.startedAt ||
      Math.abs(input.now - before.seenAt) >= SEEN_AGAIN;
    if (isNews) news[key] = { ...seen, seenAt: input.now };
  }
  return news;
}

function seenIn({ lowestTimestamp, startedAt }: PrometheusAnswer): Seen | undefined {
  return lowestTimestamp === undefined || startedAt === undefined ? undefined : { lowest: lowestTimestamp, startedAt };
}

function retentionOf(key: Key, { desired }: Pick<PlanningInput, 'desired'>): number | undefined {
  const resource = desired.resources.find(
    (each): each is Resource<'Prometheus'> => each.kind === 'Prometheus' && each.key === key,
  );
  return resource?.spec.service?.type === 'prometheus' ? resource.spec.service.retention : undefined;
}

function takesItself(key: Key, { memory }: Pick<PlanningInput, 'memory'>): boolean {
  return levelOf(memory.levels, key, 'disk') >= TAKING_DISK_LEVEL;
}

function backupsOf(key: Key, { desired }: Pick<PlanningInput, 'desired'>): string[] {
  return desired.resources.flatMap((resource) =>
    resource.kind === 'Backup' && keyOf('Prometheus', resource.spec.prometheus) === key ? [resource.name] : [],
  );
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
