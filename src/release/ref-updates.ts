/** One line that git hands to pre-receive and post-receive: a reference and its commits before and after (githooks(5)). */
export interface RefUpdate {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

const NOTHING = /^0+$/;

/** Standard input of a hook to the updates of a push. */
export function parseUpdates(text: string): RefUpdate[] {
  return text.split('\n').flatMap((line) => {
    const [before, after, ...ref] = line.split(' ');
    return before === undefined || after === undefined || ref.length === 0 ? [] : { before, after, ref: ref.join(' ') };
  });
}

/** Whether the reference is new. */
export function isCreation({ before }: RefUpdate): boolean {
  return NOTHING.test(before);
}

/** Why a push is refused for what it updates, one sentence each; empty: it only moves the branch. */
export function refuseUpdates(updates: readonly RefUpdate[], branch: string): string[] {
  const wanted = `refs/heads/${branch}`;
  return updates.flatMap((update) => {
    if (update.ref !== wanted) return refuseOther(update, branch);
    return NOTHING.test(update.after)
      ? `${branch} says what runs and cannot be deleted; to go back to what ran before: bastion rollback`
      : [];
  });
}

function refuseOther({ ref, after }: RefUpdate, branch: string): string {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  if (NOTHING.test(after)) return `${name} cannot be deleted: only ${branch} is taken here`;
  if (ref.startsWith('refs/tags/'))
    return `the tag ${name} is not taken, only the branch ${branch} is: push without --tags`;
  return `${name} is not the branch that runs here, ${branch} is; to bring what you have checked out live: git push bastion HEAD:${branch}`;
}

/**
 * Why a push is refused that drops commits of the branch, as protected branches do elsewhere; undefined: it drops none, it
 * is allowed, or all that it drops is the state that `bastion init` began with.
 */
export function refuseRewrite(push: {
  readonly branch: string;
  /** Commits that would not be on the branch any more, newest first, as people read them. */
  readonly dropped: readonly string[];
  readonly isAllowed: boolean;
  /** The branch still is where `bastion init` put it. */
  readonly isStart: boolean;
}): string | undefined {
  const { branch, dropped, isAllowed, isStart } = push;
  if (dropped.length === 0 || isAllowed || isStart) return undefined;
  const shown = dropped.slice(0, 5).map((commit) => `\n    ${commit}`);
  const more = dropped.length > 5 ? `\n    and ${dropped.length - 5} more` : '';
  return (
    `it would drop ${dropped.length === 1 ? 'a commit' : `${dropped.length} commits`} of ${branch}:${shown.join('')}${more}\n` +
    `  git pull --rebase bastion ${branch}, then push again; or set allow-force-push: true in the configuration`
  );
}
