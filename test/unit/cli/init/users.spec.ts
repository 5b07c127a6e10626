import { expect } from 'chai';
import { ensureService } from '../../../../src/cli/init/service.ts';
import { ensureUsers } from '../../../../src/cli/init/users.ts';

/** A host with these programs and users; what is run on it is kept. */
class Host {
  readonly ran: string[] = [];
  readonly #programs: readonly string[];
  readonly #users: Set<string>;
  readonly #uid: number;

  constructor(programs: readonly string[], users: readonly string[] = [], uid = 998) {
    this.#programs = programs;
    this.#users = new Set(users);
    this.#uid = uid;
  }

  readonly run = (program: string, args: readonly string[]): Promise<{ code: number; output: string }> => {
    const name = args.at(-1) ?? '';
    if (program === 'id') return Promise.resolve({ code: this.#users.has(name) ? 0 : 1, output: String(this.#uid) });
    this.ran.push([program, ...args].join(' '));
    if (!this.#programs.includes(program)) return Promise.resolve({ code: 127, output: 'not found' });
    if (program === 'useradd') this.#users.add(name);
    if (program === 'systemd-sysusers') for (const user of ['bastion', 'bastion-push']) this.#users.add(user);
    return Promise.resolve({ code: 0, output: '' });
  };
}

const SYSUSERS = '/usr/local/lib/sysusers.d/bastion.conf';

describe('the users of bastion', () => {
  const outcomes = async (host: Host, ...files: string[]): Promise<string[]> =>
    (await ensureUsers('/srv/bastion', host.run, (path) => files.includes(path))).map(
      ({ what, outcome }) => `${what} ${outcome}`,
    );

  it('are made by systemd-sysusers where its file is installed', async () => {
    const host = new Host(['systemd-sysusers', 'useradd', 'usermod']);
    expect(await outcomes(host, SYSUSERS)).to.deep.equal(['user bastion made', 'user bastion-push made']);
    expect(host.ran).to.deep.equal([`systemd-sysusers ${SYSUSERS}`]);
  });

  it('are made by useradd elsewhere, with a shell that can do git and nothing else', async () => {
    const host = new Host(['useradd', 'usermod']);
    expect(await outcomes(host, '/usr/bin/git-shell')).to.deep.equal(['user bastion made', 'user bastion-push made']);
    expect(host.ran[0]).to.match(/^useradd --system .*--shell \/usr\/sbin\/nologin bastion$/);
    expect(host.ran[1]).to.match(
      /^useradd --system .*--home-dir \/srv\/bastion --shell \/usr\/bin\/git-shell bastion-push$/,
    );
    expect(host.ran.slice(2)).to.deep.equal([
      'usermod --append --groups docker bastion',
      'usermod --append --groups bastion-push bastion',
    ]);
  });

  it('that are there stay as they are', async () => {
    const host = new Host(['useradd', 'usermod'], ['bastion', 'bastion-push']);
    expect(await outcomes(host)).to.deep.equal(['user bastion there', 'user bastion-push there']);
    expect(host.ran).to.deep.equal([]);
  });

  it('are no people: whoever has such a name already keeps it, and is told to the human', async () => {
    const host = new Host(['useradd', 'usermod'], ['bastion', 'bastion-push'], 1000);
    const deeds = await ensureUsers('/srv/bastion', host.run, () => false);
    expect(deeds.map(({ outcome }) => outcome)).to.deep.equal(['failed', 'failed']);
    expect(deeds[0]?.note).to.contain("uid 1000 is a person's");
  });

  it('that nothing can make are told with what to do', async () => {
    const deeds = await ensureUsers('/srv/bastion', new Host([]).run, () => false);
    expect(deeds.map(({ outcome }) => outcome)).to.deep.equal(['failed', 'failed']);
    expect(deeds[0]?.note).to.contain('neither systemd-sysusers with its file (sudo ./install) nor useradd');
  });
});

describe('the service', () => {
  const unit = '/usr/local/lib/systemd/system/bastion.service';

  it('is enabled and started once, where systemd runs and the unit is installed', async () => {
    const run = (_program: string, args: readonly string[]): Promise<{ code: number; output: string }> =>
      Promise.resolve({ code: args[0] === 'is-enabled' ? 1 : 0, output: '' });
    const deeds = await ensureService(run, (path) => [unit, '/run/systemd/system'].includes(path));
    expect(deeds).to.deep.equal([{ what: 'bastion.service', outcome: 'made', note: 'enabled and started' }]);
  });

  it('that is enabled already is left alone, be it stopped', async () => {
    const ran: string[] = [];
    const run = (program: string, args: readonly string[]): Promise<{ code: number; output: string }> => {
      ran.push([program, ...args].join(' '));
      return Promise.resolve({ code: 0, output: '' });
    };
    const [deed] = await ensureService(run, () => true);
    expect(deed?.outcome).to.equal('there');
    expect(ran).to.deep.equal(['systemctl is-enabled --quiet bastion.service']);
  });

  it('is nobody’s business without systemd or without the unit', async () => {
    const run = (): Promise<never> => Promise.reject(new Error('nothing is to be run'));
    expect(await ensureService(run, (path) => path === unit)).to.deep.equal([]);
    expect(await ensureService(run, (path) => path === '/run/systemd/system')).to.deep.equal([]);
  });
});
