import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../desired/package-root.ts';
import { bringLive } from '../../release/bring-live.ts';
import type { Owner } from '../../release/durable.ts';
import { Git } from '../../release/git.ts';
import { lockReleases } from '../../release/lock.ts';
import { Releases } from '../../release/releases.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Command } from '../command.ts';
import { CommandError, EXIT } from '../errors.ts';
import { styled } from '../output.ts';
import { ensureConfigFile } from './config-file.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { ensureLink } from './link.ts';
import { nextSteps } from './next-steps.ts';
import { placesOf, PUSH_USER, SERVICE_USER, wantedDirectories, type Places } from './places.ts';
import { deedLine, isPrepared, type Deed } from './report.ts';
import { ensureHooks, ensureRepository, ensureSafe, ensureSettings, ensureStart } from './repository.ts';
import { ensureService } from './service.ts';
import { ensureUsers, idsOf } from './users.ts';

const LOCK_WAIT_MILLISECONDS = 60_000;

/** Told of every deed when it is done. */
type Tell = (...deeds: Deed[]) => void;

async function prepareRepository(
  places: Places,
  owner: Owner,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<void> {
  const { repository, branch, configFile, releases: directory } = places;
  const made = await ensureDirectory({ path: repository, mode: 0o755, purpose: 'the repository' }, owner);
  if (made.outcome === 'left' || made.outcome === 'failed') return tell(made);
  const git = new Git({ repository, environment, ...(owner === undefined ? {} : { owner }) });
  const own = new Git({ repository, environment });
  const deed = await ensureRepository(git, branch);
  tell(deed);
  if (deed.outcome === 'failed') return;
  tell(...(await ensureSettings(git, deed.outcome === 'made')));
  tell(...(await ensureHooks(own, join(packageRoot(), 'bin', 'bastion'), configFile)));
  tell(...(await ensureSafe(own, owner)));
  tell(await ensureStart(git, places, systemClock.now()));
  tell(await firstRelease(git, new Releases(directory), branch));
}

/** What the branch holds, live; once there is a release, pushes and rollbacks say which one it is. */
async function firstRelease(git: Git, releases: Releases, branch: string): Promise<Deed> {
  const what = releases.currentLink;
  const lock = await lockReleases(releases.directory, {
    wait: LOCK_WAIT_MILLISECONDS,
    onWait: () => undefined,
  });
  try {
    const current = await releases.current();
    if (current !== undefined && (await releases.has(current))) return { what, outcome: 'there', note: '' };
    const tip = await git.commit(`refs/heads/${branch}`);
    if (tip === undefined) return { what, outcome: 'failed', note: `the branch ${branch} has no commit` };
    await bringLive(git, releases, tip, { clock: systemClock, owner: await releases.owner() });
    return { what, outcome: 'made', note: `leads to the release ${tip.slice(0, 12)}` };
  } finally {
    await lock.release();
  }
}

async function prepare(places: Places, environment: NodeJS.ProcessEnv, tell: Tell): Promise<void> {
  const isHost = places.root === '';
  if (isHost) tell(...(await ensureUsers(dirname(places.releases))));
  const ids = new Map<string, NonNullable<Owner>>();
  for (const name of isHost ? [SERVICE_USER, PUSH_USER] : []) {
    const found = await idsOf(name);
    if (found === undefined) return;
    ids.set(name, found);
  }
  let isBlocked = false;
  for (const wanted of wantedDirectories(places)) {
    const deed = await ensureDirectory(wanted, wanted.owner === undefined ? undefined : ids.get(wanted.owner));
    isBlocked ||= deed.outcome === 'left' || deed.outcome === 'failed';
    tell(deed);
  }
  // Everything else lies in them.
  if (isBlocked) return;
  tell(await ensureConfigFile(places));
  await prepareRepository(places, ids.get(PUSH_USER), environment, tell);
  tell(await ensureLink(places.desired, new Releases(places.releases).currentLink));
  if (isHost) tell(...(await ensureService()));
}

export const command: Command = async ({ settings, output, environment }) => {
  if (settings.root === '' && process.geteuid?.() !== 0)
    throw new CommandError(
      'it makes users and directories of the host: sudo bastion init; or try it in a scratch directory: bastion init --root DIR',
    );
  const places = placesOf(settings);
  const deeds: Deed[] = [];
  await prepare(places, environment, (...done) => {
    deeds.push(...done);
    if (!settings.json) for (const deed of done) output.write(deedLine(deed, output));
  });
  const prepared = isPrepared(deeds);
  const next = nextSteps(
    places,
    hostname(),
    deeds.some(({ what, outcome }) => what === 'bastion.service' && outcome !== 'failed'),
  );
  if (settings.json) output.write(`${JSON.stringify({ prepared, deeds, next }, undefined, 2)}\n`);
  else if (prepared) {
    output.write('\nNext:\n');
    for (const { what, command: text } of next) output.write(`  ${what}:\n    ${styled(output, 'bold', text)}\n`);
  } else output.write('\nnot everything is prepared: see the lines with x and !, then run it again\n');
  return prepared ? EXIT.done : EXIT.failed;
};
