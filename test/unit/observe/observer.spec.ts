import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '../../../src/engine/wire.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Observed } from '../../../src/model/observed.ts';
import { Observer } from '../../../src/observe/observer.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { PkiHost } from './pki-host.ts';
import {
  containerInspect,
  desiredState,
  imageInspect,
  networkInspect,
  ownedLabels,
  resource,
  SampleHost,
} from './sample-host.ts';

const WEB = 'a'.repeat(64);
const DB = 'b'.repeat(64);
const FOREIGN = 'f'.repeat(64);
const DESIRED = desiredState(
  resource('Container', 'web', { image: 'busybox:1' }),
  resource('Network', 'front', { external: false }),
  resource('Volume', 'data', { external: false }),
);

describe('Observer', () => {
  const directory = temporaryDirectory('observer');
  let host: SampleHost;
  let observer: Observer;

  beforeEach(() => {
    host = new SampleHost();
    host.containers.set(WEB, containerInspect(WEB, 'web', ownedLabels('Container/web')));
    host.containers.set(DB, containerInspect(DB, 'db', ownedLabels('Container/db')));
    host.containers.set(FOREIGN, containerInspect(FOREIGN, 'foreign'));
    host.networks = [networkInspect('n1', 'front')];
    host.volumes = [{ Name: 'data', Driver: 'local' }];
    host.images.set('busybox:1', imageInspect('sha256:busybox'));
    writeFileSync(join(directory(), 'passwd'), 'root:x:0:0::/root:/bin/sh\nprom:x:999:998::/:/bin/false\n');
    writeFileSync(join(directory(), 'group'), 'prom:x:998:\n');
    observer = new Observer(host.engine, {
      now: () => 1000,
      passwdFile: join(directory(), 'passwd'),
      groupFile: join(directory(), 'group'),
    });
  });

  const look = async (full = false, desired = DESIRED): Promise<Observed> =>
    (await observer.observe(desired, { full })).observed;
  const named = (observed: Observed, name: string) => observed.containers.find((container) => container.name === name);
  const change = (id: string, edit: (inspect: ReturnType<typeof containerInspect>) => void): void => {
    const inspect = host.containers.get(id);
    if (inspect === undefined) throw new Error(`no container ${id}`);
    edit(inspect);
  };
  const event = (type: EngineEvent['Type'], action: string, id: string, attributes = {}): void =>
    observer.invalidate({ Type: type, Action: action, Actor: { ID: id, Attributes: attributes } });

  it('takes a whole snapshot at first, foreign containers from the list only', async () => {
    const { observed, calls, missed } = await observer.observe(DESIRED, { full: false });
    expect(host.takeCalls()).to.deep.equal([
      'facts',
      `inspectContainer ${WEB}`,
      `inspectContainer ${DB}`,
      'inspectImage busybox:1',
      'listContainers',
      'listNetworks',
      'listVolumes',
    ]);
    expect(calls).to.equal(7);
    expect(missed).to.deep.equal([]);
    expect(observed.at).to.equal(1000);
    expect(observed.containers.map((container) => container.name)).to.deep.equal(['db', 'foreign', 'web']);
    expect(named(observed, 'web')).to.deep.include({
      id: WEB,
      state: 'running',
      owner: { instance: 'home', key: 'Container/web', specHash: 'v1:aa' },
      createdAt: Date.parse('2026-01-01T00:00:00.123Z'),
      finishedAt: 0,
      addresses: { bridge: '172.17.0.2' },
    });
    expect(named(observed, 'web')?.fields).to.include({ mem_limit: 1000 });
    expect(named(observed, 'foreign')).to.deep.include({ state: 'running', fields: {}, imageId: 'sha256:busybox' });
    expect(Object.keys(observed.images)).to.deep.equal(['busybox:1', 'sha256:busybox']);
    expect(observed.users).to.deep.equal({ root: 0, prom: 999 });
    expect(observed.groups).to.deep.equal({ prom: 998 });
  });

  it('needs one call when nothing changed and returns the same objects', async () => {
    const first = await look();
    host.takeCalls();
    const second = await look();
    expect(host.takeCalls()).to.deep.equal(['listContainers']);
    for (const member of [
      'engine',
      'containers',
      'networks',
      'volumes',
      'images',
      'paths',
      'users',
      'groups',
    ] as const) {
      expect(second[member], member).to.equal(first[member]);
    }
  });

  it('inspects again what an event named, and keeps the object when nothing of it changed', async () => {
    const first = await look();
    host.takeCalls();
    event('container', 'update', WEB);
    event('container', 'exec_start: sh', DB);
    const second = await look();
    expect(host.takeCalls()).to.deep.equal([`inspectContainer ${WEB}`, 'listContainers']);
    expect(second.containers).to.equal(first.containers);

    change(WEB, (web) => (web.HostConfig.Memory = 2000));
    event('container', 'update', WEB);
    const third = await look();
    expect(named(third, 'web')?.fields).to.include({ mem_limit: 2000 });
    expect(named(third, 'db')).to.equal(named(first, 'db'));
  });

  it('inspects again what the list shows otherwise, without an event', async () => {
    await look();
    change(WEB, ({ State }) => Object.assign(State, { Status: 'exited', Running: false, ExitCode: 3 }));
    host.takeCalls();
    const observed = await look();
    expect(host.takeCalls()).to.deep.equal([`inspectContainer ${WEB}`, 'listContainers']);
    expect(named(observed, 'web')).to.include({ state: 'exited', exitCode: 3 });
  });

  it('sees health words in the list, and not the uptime', async () => {
    change(WEB, ({ State }) => (State.Health = { Status: 'starting', Log: [{ ExitCode: 1, Output: ' refused\n' }] }));
    expect(named(await look(), 'web')).to.include({ health: 'starting', healthOutput: 'refused' });
    change(WEB, ({ State }) => (State.Health = { Status: 'healthy' }));
    expect(named(await look(), 'web')).to.include({ health: 'healthy' });
  });

  it('finds on a full pass what nothing announced, and names the fields', async () => {
    const first = await look();
    change(WEB, (web) => (web.HostConfig.Memory = 2000));
    expect(await look(), 'a normal pass cannot see it').to.have.property('containers', first.containers);
    host.containers.delete(DB);
    host.networks = [networkInspect('n2', 'front')];
    const { observed, missed } = await observer.observe(DESIRED, { full: true });
    expect(named(observed, 'web')?.fields).to.include({ mem_limit: 2000 });
    expect(missed).to.deep.equal([
      'container web changed: mem_limit',
      'container db is gone',
      'network front appeared',
      'network front is gone',
    ]);
    expect((await observer.observe(DESIRED, { full: true })).missed).to.deep.equal([]);
  });

  it('does not call missed what it does not look after', async () => {
    await look();
    host.networks = [...host.networks, networkInspect('n9', 'foreign')];
    host.volumes = [...host.volumes, { Name: 'foreign', Driver: 'local' }];
    const { observed, missed } = await observer.observe(DESIRED, { full: true });
    expect(observed.volumes.map(({ name }) => name)).to.deep.equal(['data', 'foreign']);
    expect(missed).to.deep.equal([]);
    host.volumes = [{ Name: 'left', Driver: 'local', Labels: ownedLabels('Volume/left') }];
    const { missed: counted } = await observer.observe(DESIRED, { full: true });
    expect(counted).to.deep.equal(['volume left appeared', 'volume data is gone']);
  });

  it('takes notice of an event only when it may be about something that it looks after', async () => {
    const notice = (type: EngineEvent['Type'], action: string, id: string, attributes = {}): boolean =>
      observer.notice({ Type: type, Action: action, Actor: { ID: id, Attributes: attributes } });
    const MEMBER = 'e'.repeat(64);
    host.containers.set(MEMBER, containerInspect(MEMBER, 'member'));
    host.volumes.push({ Name: 'left', Driver: 'local', Labels: ownedLabels('Volume/left') });
    expect(notice('container', 'die', FOREIGN, { name: 'foreign' }), 'before the first look').to.equal(true);
    await look();
    expect(notice('container', 'die', FOREIGN, { name: 'foreign' })).to.equal(false);
    expect(notice('container', 'die', DB, { name: 'renamed' }), 'known by its id').to.equal(true);
    expect(notice('volume', 'destroy', 'left')).to.equal(true);
    expect(notice('volume', 'destroy', 'foreign')).to.equal(false);
    expect(notice('image', 'untag', 'sha256:busybox', { name: 'sha256:busybox' })).to.equal(true);
    expect(notice('network', 'connect', 'n1', { name: 'front', container: MEMBER })).to.equal(true);
    expect(notice('container', 'die', MEMBER, { name: 'member' }), 'joined a moment ago').to.equal(true);
  });

  it('forgets what it takes notice of', async () => {
    await look();
    change(WEB, (web) => (web.HostConfig.Memory = 2000));
    observer.notice({ Type: 'container', Action: 'update', Actor: { ID: WEB, Attributes: { name: 'web' } } });
    expect(named(await look(), 'web')?.fields).to.include({ mem_limit: 2000 });
  });

  it('does not call missed what an event announced, nor the output of a health check', async () => {
    change(DB, ({ State }) => (State.Health = { Status: 'healthy', Log: [{ ExitCode: 0, Output: 'one' }] }));
    await look();
    change(WEB, (web) => (web.HostConfig.Memory = 2000));
    event('container', 'update', WEB);
    change(DB, ({ State }) => (State.Health = { Status: 'healthy', Log: [{ ExitCode: 0, Output: 'two' }] }));
    host.volumes = [];
    event('volume', 'destroy', 'data');
    const { observed, missed } = await observer.observe(DESIRED, { full: true });
    expect(missed).to.deep.equal([]);
    expect(named(observed, 'db')?.healthOutput).to.equal('two');
  });

  it('keeps an event that comes while the container is being inspected', async () => {
    await look();
    event('container', 'update', WEB);
    host.onInspect = () => {
      host.onInspect = () => undefined;
      change(WEB, (web) => (web.HostConfig.Memory = 2000));
      event('container', 'update', WEB);
    };
    expect(named(await look(), 'web')?.fields, 'the answer was older').to.include({ mem_limit: 1000 });
    expect(named(await look(), 'web')?.fields).to.include({ mem_limit: 2000 });
  });

  it('looks again after a pass that failed', async () => {
    await look();
    change(WEB, (web) => (web.HostConfig.Memory = 2000));
    change(DB, (db) => (db.HostConfig.Memory = 3000));
    event('container', 'update', WEB);
    event('container', 'update', DB);
    host.onInspect = (id) => {
      if (id === DB) throw new EngineError('ENGINE_DEADLINE', 'GET /x', 'slow');
    };
    const error: unknown = await look().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(EngineError);
    host.onInspect = () => undefined;
    const observed = await look();
    expect(named(observed, 'web')?.fields).to.include({ mem_limit: 2000 });
    expect(named(observed, 'db')?.fields).to.include({ mem_limit: 3000 });
  });

  it('lists networks and volumes again when an event says so or a wanted one is missing', async () => {
    await look();
    host.takeCalls();
    event('network', 'connect', 'n1', { container: WEB });
    event('volume', 'mount', 'data');
    await look();
    expect(host.takeCalls(), 'joining changes the member only').to.deep.equal([
      `inspectContainer ${WEB}`,
      'listContainers',
    ]);
    event('network', 'create', 'n2');
    event('volume', 'create', 'other');
    await look();
    expect(host.takeCalls()).to.deep.equal(['listContainers', 'listNetworks', 'listVolumes']);
    host.volumes = [];
    event('volume', 'destroy', 'data');
    await look();
    host.takeCalls();
    await look();
    expect(host.takeCalls()).to.deep.equal(['listContainers', 'listVolumes']);
  });

  it('asks for an image again when it is missing or an image event came', async () => {
    host.images.clear();
    expect((await look()).images).to.deep.equal({});
    host.images.set('busybox:1', imageInspect('sha256:busybox'));
    expect(Object.keys((await look()).images)).to.include('busybox:1');
    host.takeCalls();
    await look();
    expect(host.takeCalls()).to.deep.equal(['listContainers']);
    host.images.set('busybox:1', imageInspect('sha256:newer'));
    event('image', 'tag', 'sha256:newer');
    const { images } = await look();
    expect(images['busybox:1']?.id).to.equal('sha256:newer');
    expect(images).not.to.have.property('sha256:busybox');
  });

  it('inspects foreign containers that hold a wanted name or are members of our networks', async () => {
    const member = '1'.repeat(64);
    const holder = '2'.repeat(64);
    const temporary = '3'.repeat(64);
    const replaced = '4'.repeat(64);
    host.containers.clear();
    host.containers.set(member, containerInspect(member, 'member'));
    host.containers.set(holder, containerInspect(holder, 'web'));
    host.containers.set(temporary, containerInspect(temporary, 'web.next'));
    host.containers.set(replaced, containerInspect(replaced, 'anything'));
    host.containers.set(FOREIGN, containerInspect(FOREIGN, 'webber'));
    host.containers.set(
      WEB,
      containerInspect(WEB, 'ours', { ...ownedLabels('Container/x'), 'lab.bastion.replaces': replaced }),
    );
    host.containers.set(DB, containerInspect(DB, 'neighbour', ownedLabels('Container/db', 'another-bastion')));
    change(member, ({ NetworkSettings }) => (NetworkSettings.Networks = { front: { NetworkID: '' } }));
    await look();
    const inspected = host.takeCalls().filter((call) => call.startsWith('inspectContainer'));
    expect(inspected).to.deep.equal([member, holder, temporary, replaced, WEB].map((id) => `inspectContainer ${id}`));
  });

  it('looks at secrets without a digest, at certificates, and at what the last dials found', async () => {
    writeFileSync(join(directory(), 'secret'), 'hunter2');
    const pki = new PkiHost(directory());
    const served = { 'Certificate/web x:1': { at: 1, state: 'unreachable', error: 'no' } } as const;
    observer = new Observer(host.engine, { now: () => 1000, served: () => served });
    const { spec } = pki.certificate();
    const observed = await look(
      false,
      desiredState(
        resource('Secret', 'token', { path: join(directory(), 'secret') }),
        pki.authority(),
        pki.certificate(),
      ),
    );
    expect(observed.paths[join(directory(), 'secret')]).to.include({ type: 'file' }).and.not.to.have.property('digest');
    expect(Object.keys(observed.paths).sort()).to.deep.equal([spec.certificate, spec.key, join(directory(), 'secret')]);
    expect(Object.keys(observed.authorities)).to.deep.equal(['CertificateAuthority/root']);
    expect(Object.keys(observed.pairs)).to.deep.equal(['Certificate/web']);
    expect(observed.served).to.equal(served);
  });
});
