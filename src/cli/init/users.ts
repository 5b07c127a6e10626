import { existsSync } from 'node:fs';
import { PUSH_USER, SERVICE_USER } from './places.ts';
import type { Deed } from './report.ts';
import { runProgram, type ProgramOutcome } from './run-program.ts';

type Run = (program: string, args: readonly string[]) => Promise<ProgramOutcome>;

/** Where systemd-sysusers(8) looks, the administrator's own first. */
const SYSUSERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/sysusers.d/bastion.conf`);
const GIT_SHELLS = ['/usr/bin/git-shell', '/usr/local/bin/git-shell'];
/** Below are those of the system, above are people (SYS_UID_MAX in login.defs(5)). */
const FIRST_PERSON = 1000;
const NO_SHELL = '/usr/sbin/nologin';

/**
 * Both users with their groups, made where they are missing: by systemd-sysusers where there is one and its file is
 * installed, otherwise by useradd.
 *
 * @param home home directory of the user who owns the git side
 */
export async function ensureUsers(
  home: string,
  run: Run = runProgram,
  isThere: (path: string) => boolean = existsSync,
): Promise<Deed[]> {
  const wanted = [
    { name: SERVICE_USER, note: 'runs the service; in the group docker, as far as there is one' },
    { name: PUSH_USER, note: `owns what is pushed; keys of those who may push: ${home}/.ssh/authorized_keys` },
  ];
  const uidOf = async (name: string): Promise<number | undefined> => {
    const { code, output } = await run('id', ['-u', name]);
    return code === 0 ? Number(output) : undefined;
  };
  const before = new Map<string, number>();
  for (const { name } of wanted) {
    const uid = await uidOf(name);
    if (uid !== undefined) before.set(name, uid);
  }
  const problem = before.size === wanted.length ? '' : await makeMissing(before, home, run, isThere);
  const deeds: Deed[] = [];
  for (const { name, note } of wanted) {
    const what = `user ${name}`;
    const uid = before.get(name);
    if (uid !== undefined && uid >= FIRST_PERSON) {
      const why = `uid ${uid} is a person's, and a service would run as her: give her another name (usermod --login), then run bastion init again`;
      deeds.push({ what, outcome: 'failed', note: why });
    } else if (uid !== undefined) deeds.push({ what, outcome: 'there', note: '' });
    else if ((await uidOf(name)) !== undefined) deeds.push({ what, outcome: 'made', note });
    else deeds.push({ what, outcome: 'failed', note: problem });
  }
  return deeds;
}

/** @returns why somebody may still be missing */
async function makeMissing(
  before: ReadonlyMap<string, number>,
  home: string,
  run: Run,
  isThere: (path: string) => boolean,
): Promise<string> {
  const file = SYSUSERS.find(isThere);
  if (file !== undefined) {
    const { code, output } = await run('systemd-sysusers', [file]);
    if (code !== 127) return `systemd-sysusers ${file} says: ${output}`;
  }
  const shell = GIT_SHELLS.find(isThere) ?? NO_SHELL;
  const system = ['--system', '--user-group', '--no-create-home'];
  const users = [
    { name: SERVICE_USER, args: ['--home-dir', '/var/lib/bastion', '--shell', NO_SHELL] },
    { name: PUSH_USER, args: ['--home-dir', home, '--shell', shell] },
  ];
  for (const { name, args } of users) {
    if (before.has(name)) continue;
    const { code, output } = await run('useradd', [...system, ...args, name]);
    if (code === 127)
      return 'neither systemd-sysusers with its file (sudo ./install) nor useradd is on this host: make the user yourself, then run bastion init again';
    if (code !== 0) return `useradd says: ${output}`;
  }
  // The engine's socket belongs to docker; the push socket is given to those who push.
  for (const group of ['docker', PUSH_USER]) await run('usermod', ['--append', '--groups', group, SERVICE_USER]);
  return '';
}

/** Ids of a user; undefined: there is none. */
export async function idsOf(name: string, run: Run = runProgram): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}
