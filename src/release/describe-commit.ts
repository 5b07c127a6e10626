import type { Git } from './git.ts';
import { printable } from '../model/printable.ts';
import type { ReleaseRecord } from './record.ts';

/** What people read of a commit. */
export type CommitFacts = Pick<ReleaseRecord, 'commit' | 'subject' | 'author'>;

/** A commit's first line and author, without what could play with a terminal. */
export async function describeCommit(git: Git, commit: string): Promise<CommitFacts> {
  const text = await git.text(['log', '-1', '--no-show-signature', '--format=%an%x00%s', '--encoding=UTF-8', commit]);
  const [author = '', subject = ''] = text.split('\0');
  return { commit, subject: printable(subject, 200), author: printable(author, 100) };
}
