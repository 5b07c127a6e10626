import { counted } from '../../model/counted.ts';
import { formatFinding } from '../../desired/format-finding.ts';
import { loadDesiredState } from '../../desired/load.ts';
import type { Finding } from '../../model/resource.ts';
import { readTree } from '../../release/bring-live.ts';
import { checkOut } from '../../release/checkout.ts';
import { printable } from '../../model/printable.ts';
import { refuseTree } from '../../release/refuse-tree.ts';
import { verifySignature } from '../../release/signature.ts';
import { withAnsweringMounts } from '../answering-mounts.ts';
import { readingOptions } from '../reading-options.ts';
import type { Pusher } from './pusher.ts';
import type { PushPlace } from './place.ts';

/** Of one sort. */
const MOST_LINES = 50;

/**
 * Whether a commit may become a release; everything that speaks against it is said. A good one lies checked out below the
 * incoming directory afterwards, a bad one does not. To be called with the lock held. Nothing that runs is touched.
 *
 * @throws ReleaseError when it cannot be looked at
 */
export async function checkCommit(place: PushPlace, commit: string, pusher: Pusher): Promise<boolean> {
  const { git, releases, settings } = place;
  if (!(await isSigned(place, commit, pusher))) return false;
  const { entries, links } = await readTree(git, commit);
  const problems = refuseTree(entries, links);
  sayLines(
    problems.map((problem) => `x ${problem}`),
    pusher,
  );
  if (problems.length > 0) return false;

  if (!(await releases.hasCandidate(commit)))
    await checkOut(git, entries, releases.candidate(commit), await releases.owner());
  const directory = releases.candidate(commit);
  let isGood = false;
  try {
    // A file system that does not answer must not hold up this push, and with it all others.
    const desired = await withAnsweringMounts((silenceAt) =>
      loadDesiredState({ ...readingOptions(settings, silenceAt), directory }),
    );
    sayFindings(desired.findings, pusher);
    const errors = desired.findings.filter(({ severity }) => severity === 'error').length;
    if (errors === 0 && desired.complete) isGood = await isPlanned(place, directory, desired.resources.length, pusher);
    else pusher.say(`invalid: ${counted(errors, 'error')}`);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'DesiredStateError')) throw error;
    pusher.say(`x ${error.message.replaceAll(directory, 'the commit')}`);
  } finally {
    if (!isGood) await releases.discard(commit);
  }
  return isGood;
}

async function isSigned({ git, settings }: PushPlace, commit: string, pusher: Pusher): Promise<boolean> {
  const { allowedSigners, keyring, repository, releases } = settings.push;
  if (allowedSigners === undefined && keyring === undefined) return true;
  const { isGood, text } = await verifySignature(git, commit, { allowedSigners, keyring }, [repository, releases]);
  if (isGood) pusher.say(`  ${text}`);
  else
    pusher.say(
      `x commit ${commit.slice(0, 12)}: ${text}\n  only signed commits are taken here: git commit --amend --no-edit -S, then push again`,
    );
  return isGood;
}

/**
 * Asks the operator for the plan. One that finds errors that were not found here has the last word; that none runs is said.
 * One that runs and does not answer refuses: what it cannot plan it may not survive, and nobody would have seen the plan.
 */
async function isPlanned(
  { operator }: PushPlace,
  directory: string,
  resources: number,
  pusher: Pusher,
): Promise<boolean> {
  const valid = `valid: ${counted(resources, 'resource')}`;
  const answer = await operator.plan(directory);
  if (answer.type === 'answer') {
    const { valid: isValid, findings, text } = answer.value;
    if (!isValid) sayFindings(findings, pusher);
    pusher.say(isValid ? `${valid}; the plan:` : 'invalid, as the operator reads it');
    for (const line of text.split('\n')) pusher.say(`  ${line}`);
    return isValid;
  }
  if (answer.type === 'absent') {
    pusher.say(`${valid}; validated only, there is no plan: no operator runs`);
    return true;
  }
  pusher.say(
    `x the operator runs and has made no plan (${printable(answer.message, 500)}): push again in a moment; if that stays so, see journalctl -u bastion, or stop it to have pushes validated only`,
  );
  return false;
}

/** Errors before warnings, each with file, line and column as they are in the repository. */
function sayFindings(findings: readonly Finding[], pusher: Pusher): void {
  for (const severity of ['error', 'warning'] as const) {
    const sign = severity === 'error' ? 'x' : '!';
    const told = findings.filter((each) => each.severity === severity);
    sayLines(
      told.map((finding) => `${sign} ${printable(formatFinding(finding, '.'))}`),
      pusher,
    );
  }
}

/** As many lines as a person reads, and how many more there would be. */
function sayLines(lines: readonly string[], pusher: Pusher): void {
  for (const line of lines.slice(0, MOST_LINES)) pusher.say(line);
  if (lines.length > MOST_LINES) pusher.say(`  and ${lines.length - MOST_LINES} more`);
}
