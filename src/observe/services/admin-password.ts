import { realHostFiles } from '../host-files.ts';
import type { AdminPassword } from './grafana.ts';

const LIMIT = 4096;

/** The password in a Secret's file, without the white space around it, which Grafana leaves out, too. Never rejects. */
export async function readAdminPassword(path: string): Promise<AdminPassword> {
  try {
    const status = await realHostFiles.status(path, 'keep');
    if (status?.isFile() !== true) return { text: undefined, changedAt: 0 };
    const content = await realHostFiles.read(path, 'keep', LIMIT);
    const text = content.toString('utf8').trim();
    content.fill(0);
    return { text, changedAt: Number(status.mtimeMs) };
  } catch {
    return { text: undefined, changedAt: 0 };
  }
}
