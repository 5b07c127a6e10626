import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { NOTIFICATION_KINDS, type Notification } from '../model/notification.ts';
import type { Told } from './decide.ts';

/**
 * What outlives the operator: without it, what stands is told once more, what waits is lost, and what is not told yet
 * begins anew, which would be never told if the operator is started more often than it has to stand.
 */
export interface NotifyMemory {
  /** By id of the problem. */
  readonly told: Readonly<Record<string, Told>>;
  /** What stands and is not told yet: by id of the problem, since when (ms since the epoch). */
  readonly rising: Readonly<Record<string, number>>;
  /** What is not delivered yet, by receiver. */
  readonly waiting: Readonly<Record<string, readonly Notification[]>>;
}

export const EMPTY_NOTIFY_MEMORY: NotifyMemory = { told: {}, rising: {}, waiting: {} };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKind({ kind }: Record<string, unknown>): boolean {
  return NOTIFICATION_KINDS.some((known) => known === kind);
}

function isTold(value: unknown): value is Told {
  return (
    isRecord(value) &&
    hasKind(value) &&
    typeof value['stage'] === 'string' &&
    typeof value['rank'] === 'number' &&
    typeof value['since'] === 'number' &&
    isTexts(value['subjects'])
  );
}

function isNotification(value: unknown): value is Notification {
  if (!isRecord(value) || !hasKind(value) || !isTexts(value['subjects'])) return false;
  const texts = ['id', 'instance', 'title', 'message'].every((name) => typeof value[name] === 'string');
  return texts && ['at', 'priority'].every((name) => typeof value[name] === 'number');
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}

function pathIn(stateDirectory: string): string {
  return join(stateDirectory, 'notifications.json');
}

/** What is remembered; a missing file is empty. @throws an error with a reason when the file cannot be used */
export async function loadNotifyMemory(stateDirectory: string): Promise<NotifyMemory> {
  let text: string;
  try {
    text = await readFile(pathIn(stateDirectory), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY_NOTIFY_MEMORY;
    throw error;
  }
  const content = JSON.parse(text) as unknown;
  if (!isRecord(content) || content['version'] !== 1)
    throw new Error('it is not a memory of notifications of version 1');
  // Earlier versions did not keep what rises.
  const { told, rising = {}, waiting } = content;
  if (!isRecord(told) || !isRecord(rising) || !isRecord(waiting)) throw new Error('it is not whole');
  return {
    told: Object.fromEntries(Object.entries(told).filter((entry): entry is [string, Told] => isTold(entry[1]))),
    rising: Object.fromEntries(
      Object.entries(rising).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
    waiting: Object.fromEntries(
      Object.entries(waiting).map(([name, list]) => [name, Array.isArray(list) ? list.filter(isNotification) : []]),
    ),
  };
}

/** Writes it so that after a crash the old or the new text is there, whole. @throws what the disk says */
export async function saveNotifyMemory(stateDirectory: string, memory: NotifyMemory): Promise<void> {
  const path = pathIn(stateDirectory);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ version: 1, ...memory }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
