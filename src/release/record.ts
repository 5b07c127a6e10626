/** What is known of a release; lies beside its directory as `<commit>.json`. */
export interface ReleaseRecord {
  readonly commit: string;
  /** First line of the message. */
  readonly subject: string;
  readonly author: string;
  /** ISO 8601, when it went live last by a push. */
  readonly deployedAt: string;
  /** Commit that was live before that push. */
  readonly previous?: string;
}

/** As it is written; `src/desired/git-revision.ts` looks for the commit in it, so there is no space within. */
export function recordText(record: ReleaseRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Text of a record; undefined when it is none, or of another commit. */
export function parseRecord(text: string, commit: string): ReleaseRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Partial<Record<keyof ReleaseRecord, unknown>>;
  const isText = [record.subject, record.author, record.deployedAt].every((each) => typeof each === 'string');
  if (record.commit !== commit || !isText) return undefined;
  return value as ReleaseRecord;
}

/** Whether a name is that of a commit: SHA-1 or SHA-256, whole. */
export function isCommit(name: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(name);
}
