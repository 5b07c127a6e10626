import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { askOverSocket } from '../../../src/cli/ask-socket.ts';
import type { CandidatePlan } from '../../../src/status/candidate-plan.ts';
import type { PushSource } from '../../../src/status/push-handler.ts';
import { createPushServer, type PushServer } from '../../../src/status/push-server.ts';
import { TraceTail } from '../../../src/status/trace-tail.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { NOW, snapshot } from '../../support/trace-events.ts';

const PLAN: CandidatePlan = { valid: true, resources: 1, findings: [], plan: null, text: 'nothing to do' };

describe('push socket', () => {
  const directory = temporaryDirectory('push-socket');
  let socket: string;
  let server: PushServer;
  let tail: TraceTail;
  let asked: string[];
  let release: (() => void)[];
  let source: PushSource;

  beforeEach(async () => {
    socket = join(directory(), 'made', 'push.sock');
    tail = new TraceTail(() => '');
    asked = [];
    release = [];
    source = {
      snapshot: () => snapshot(),
      reconcile: () => void asked.push('reconcile'),
      trace: (place) => tail.after(place),
      plan: async (path) => {
        asked.push(path);
        if (path === '/etc') throw new Error('/etc cannot be planned');
        if (path === '/slow') await new Promise<void>((resolve) => release.push(resolve));
        return PLAN;
      },
    };
    server = await createPushServer(source, { path: socket, give: undefined });
  });
  afterEach(() => server.close());

  async function ask(method: 'GET' | 'POST', path: string): Promise<{ code: number; body: unknown }> {
    const reply = await askOverSocket(socket, method, path, 5000);
    if (reply === undefined) throw new Error('nobody listens');
    return { code: reply.code, body: JSON.parse(reply.text) };
  }

  const plan = (path: string): ReturnType<typeof ask> =>
    ask('POST', `/api/v1/plan?directory=${encodeURIComponent(path)}`);

  it('plans, wakes and shows', async () => {
    expect(await plan('/incoming/x y')).to.deep.equal({ code: 200, body: PLAN });
    expect((await ask('POST', '/api/v1/reconcile')).code).to.equal(202);
    expect((await ask('GET', '/api/v1/status')).body).to.include({ instance: 'demo', running: true });
    expect(asked).to.deep.equal(['/incoming/x y', 'reconcile']);
  });

  it('says why something is no candidate', async () => {
    expect(await plan('/etc')).to.deep.equal({ code: 400, body: { error: '/etc cannot be planned' } });
  });

  for (const [method, path] of [
    ['POST', '/api/v1/retry?key=Container/web'],
    ['POST', '/api/v1/renew?name=web'],
    ['POST', '/api/v1/backup?name=nightly'],
    ['GET', '/api/v1/reconcile'],
    ['GET', '/api/v1/plan?directory=/incoming/x'],
    ['POST', '/api/v1/status'],
    ['GET', '/metrics'],
    ['GET', '//api/v1/status'],
  ] as const)
    it(`has no ${method} ${path}`, async () => {
      expect((await ask(method, path)).code).to.equal(404);
      expect(asked).to.deep.equal([]);
    });

  it('plans one at a time, and sends away who comes fifth', async () => {
    const codes = Promise.all([1, 2, 3, 4, 5].map(async () => (await plan('/slow')).code));
    for (let done = 0; done < 4; done += 1) {
      await eventually(() => expect(release).to.have.length(done + 1));
      expect(asked, 'side by side').to.have.length(done + 1);
      release[done]?.();
    }
    expect((await codes).sort()).to.deep.equal([200, 200, 200, 200, 503]);
  });

  it('may be used by its user and group only, and is gone when it is closed', async () => {
    expect(statSync(socket).mode & 0o777).to.equal(0o660);
    await server.close();
    expect(existsSync(socket)).to.equal(false);
  });

  it('replaces what a crash has left, and never another operator', async () => {
    const message = await createPushServer(source, { path: socket, give: undefined }).then(
      () => 'taken',
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain('another operator listens on');
    expect((await ask('GET', '/api/v1/status')).code).to.equal(200);
  });

  it('tells what came after a place, and where it ends now', async () => {
    tail.consume({ type: 'started', at: NOW, version: '1.2.3' });
    expect((await ask('GET', '/api/v1/trace')).body).to.deep.equal({ next: 1, lines: [] });
    tail.consume({ type: 'engine-connected', at: NOW });
    expect((await ask('GET', '/api/v1/trace?after=1')).body).to.deep.equal({
      next: 2,
      lines: ['  connected to the engine'],
    });
  });
});

describe('the tail of the trace', () => {
  it('forgets what is old, and tells an operator of today from the one before', () => {
    const tail = new TraceTail(() => '');
    for (let number = 0; number < 600; number += 1)
      tail.consume({ type: 'warning', at: NOW, message: `line ${number}` });
    expect(tail.after(0).lines).to.have.length(500);
    expect(tail.after(598)).to.deep.equal({ next: 600, lines: ['! line 598', '! line 599'] });
    expect(tail.after(9999).lines).to.have.length(500);
  });
});
