import type { FileHandle } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { changeOwner } from '../certs/change-owner.ts';
import { parseAccounts } from '../model/accounts.ts';
import { StepError } from './step-error.ts';

/** Who a file shall belong to; -1 leaves it as it is (chown(2)). */
export interface OwnerIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Names or numbers to ids, by the host's passwd and group files.
 *
 * @throws StepError UNKNOWN_OWNER
 */
export async function resolveOwner(wanted: { readonly owner?: string; readonly group?: string }): Promise<OwnerIds> {
  return {
    uid: wanted.owner === undefined ? -1 : await idOf(wanted.owner, '/etc/passwd', 'user'),
    gid: wanted.group === undefined ? -1 : await idOf(wanted.group, '/etc/group', 'group'),
  };
}

/**
 * Owner first, then mode: changing the owner clears set-id bits. An owner that is right already is not touched, so an
 * operator without CAP_CHOWN can manage its own files.
 */
export async function applyOwnership(handle: FileHandle, owner: OwnerIds, mode: number): Promise<void> {
  const status = await handle.stat();
  const uid = owner.uid < 0 ? status.uid : owner.uid;
  const gid = owner.gid < 0 ? status.gid : owner.gid;
  if (uid !== status.uid || gid !== status.gid) await changeOwner(handle, uid, gid);
  await handle.chmod(mode);
}

async function idOf(name: string, file: string, what: 'user' | 'group'): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name);
  const accounts = parseAccounts(await readFile(file, 'utf8'));
  const id = Object.hasOwn(accounts, name) ? accounts[name] : undefined;
  if (id !== undefined) return id;
  throw new StepError(
    'UNKNOWN_OWNER',
    `This host has no ${what} ${name} (${file}): create it or write its numeric id.`,
  );
}
