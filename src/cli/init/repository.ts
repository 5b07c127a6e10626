import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, type Owner } from '../../release/durable.ts';
import type { Git } from '../../release/git.ts';
import { HOOKS, hookText, isOurs, type Hook } from './hook-text.ts';
import type { Places } from './places.ts';
import type { Deed } from './report.ts';
import { START_REFERENCE, startFiles } from './start-state.ts';

/**
 * How the repository is set up, and why a push cannot be what breaks it. Whether a push may drop commits is the hook's to
 * say, since it can say it better.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  'receive.fsckObjects': 'true',
  'receive.maxInputSize': '128m',
  'receive.denyDeletes': 'true',
  'receive.denyNonFastForwards': 'false',
  'transfer.hideRefs': 'refs/bastion',
};

/** A bare repository that root and the user who owns it may both push to; one that is there stays as it is. */
export async function ensureRepository(git: Git, branch: string): Promise<Deed> {
  const what = git.repository;
  if (await exists(join(what, 'HEAD'))) return { what, outcome: 'there', note: '' };
  const { code, stderr } = await git.run(['init', '--bare', '--quiet', '--template=', '--shared=group', '-b', branch]);
  if (code !== 0) return { what, outcome: 'failed', note: stderr };
  return { what, outcome: 'made', note: `bare repository, branch ${branch}` };
}

/** Settings that are missing; what somebody has set otherwise stays and is told. */
export async function ensureSettings(git: Git, isNew: boolean): Promise<Deed[]> {
  const deeds: Deed[] = [];
  for (const [name, value] of Object.entries(SETTINGS)) {
    const { code, stdout } = await git.run(['config', '--local', '--get', name]);
    const present = stdout.toString('utf8').trim();
    if (code === 0 && present === value) continue;
    // git itself has set some of them when it made the repository.
    if (code === 0 && !isNew)
      deeds.push({
        what: `git config ${name}`,
        outcome: 'there',
        note: `${present}, as somebody has set it (usual: ${value})`,
      });
    else {
      await git.text(['config', '--local', name, value]);
      if (!isNew) deeds.push({ what: `git config ${name}`, outcome: 'made', note: value });
    }
  }
  return deeds;
}

/** The hooks; somebody else's stays, and is told to call the program. They belong to whoever runs `bastion init`. */
export async function ensureHooks(git: Git, executable: string, configFile: string): Promise<Deed[]> {
  const directory = join(git.repository, 'hooks');
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await chmod(directory, 0o755);
  const ensure = async (hook: Hook): Promise<Deed> => {
    const path = join(directory, hook);
    const wanted = hookText(hook, executable, configFile);
    const present = await readFile(path, 'utf8').catch(() => undefined);
    if (present === wanted) return { what: path, outcome: 'there', note: '' };
    if (present !== undefined && !isOurs(present))
      return {
        what: path,
        outcome: 'left',
        note: `is not ours; let it end with: ${wanted.trimEnd().split('\n').at(-1)}`,
      };
    await replaceFile(path, wanted, 0o755, undefined);
    return { what: path, outcome: 'made', note: present === undefined ? '' : 'written again: the program has moved' };
  };
  const deeds: Deed[] = [];
  for (const hook of HOOKS) deeds.push(await ensure(hook));
  return deeds;
}

/** The first commit, where the branch has none. */
export async function ensureStart(
  git: Git,
  { branch, instance }: Pick<Places, 'branch' | 'instance'>,
  now: number,
): Promise<Deed> {
  const what = `branch ${branch}`;
  if ((await git.commit(`refs/heads/${branch}`)) !== undefined) return { what, outcome: 'there', note: '' };
  const lines: string[] = [];
  for (const [name, content] of Object.entries(startFiles(instance))) {
    const object = await git.text(['hash-object', '-w', '--stdin'], { input: content });
    lines.push(`100644 blob ${object}\t${name}\n`);
  }
  const tree = await git.text(['mktree'], { input: lines.join('') });
  const who = { NAME: 'bastion init', EMAIL: 'bastion@localhost', DATE: `${Math.floor(now / 1000)} +0000` };
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) =>
      Object.entries(who).map(([part, value]) => [`GIT_${role}_${part}`, value]),
    ),
  );
  const commit = await git.text(['commit-tree', tree, '-m', 'A starting desired state'], { env });
  await git.text(['update-ref', START_REFERENCE, commit]);
  await git.text(['update-ref', `refs/heads/${branch}`, commit]);
  return { what, outcome: 'made', note: `a starting desired state, ${commit.slice(0, 12)}` };
}

/** git refuses root a repository of another user unless that is named as safe (git-config(1), safe.directory). */
export async function ensureSafe(git: Git, owner: Owner): Promise<Deed[]> {
  if (owner === undefined) return [];
  const what = 'git config --system safe.directory';
  const { stdout } = await git.run(['config', '--system', '--get-all', 'safe.directory']);
  if (stdout.toString('utf8').split('\n').includes(git.repository)) return [{ what, outcome: 'there', note: '' }];
  const { code, stderr } = await git.run(['config', '--system', '--add', 'safe.directory', git.repository]);
  if (code !== 0) return [{ what, outcome: 'failed', note: stderr }];
  return [{ what, outcome: 'made', note: `${git.repository}, so that root may push there too` }];
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
