import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusSource } from '../../../src/status/request-handler.ts';
import { createStatusServer, type StatusServer } from '../../../src/status/server.ts';
import type { StatusJson } from '../../../src/status/status-json.ts';
import { snapshot, updateStep } from '../../support/trace-events.ts';

interface Reply {
  readonly code: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function call(
  target: { port: number } | { socketPath: string },
  path: string,
  more: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { ...target, path, method: more.method ?? 'GET', headers: more.headers ?? {}, agent: false };
    const outgoing = request({ host: '127.0.0.1', ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.on('error', reject);
    outgoing.end(more.body);
  });
}

/** Sends bytes as they are; resolves with all that comes back. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

describe('status server', () => {
  let reconciles: number;
  let ready: boolean;
  let source: StatusSource;
  let server: StatusServer;
  let port: number;

  beforeEach(async () => {
    reconciles = 0;
    ready = true;
    source = {
      snapshot: () => snapshot(),
      metrics: () => Promise.resolve('bastion_engine_up 1\n'),
      history: () => [],
      now: () => 0,
      live: () => ({ ok: true, reason: 'last heartbeat 1 s ago' }),
      ready: () => ({ ok: ready, reason: ready ? 'ready' : 'the engine has not answered yet' }),
      reconcile: () => void (reconciles += 1),
      testNotification: (receiver) => Promise.resolve(receiver === 'phone' ? { phone: { type: 'sent' } } : undefined),
      renew: (name) =>
        name === 'web' ? 'asked' : name === 'new' ? 'unissued' : name === 'late' ? 'unseen' : 'unknown',
      backUp: (name) => name === 'nightly',
      retry: (key) => (key === 'Container/web' ? ['failures in a row'] : undefined),
    };
    server = await createStatusServer(source, { host: '127.0.0.1', port: 0 });
    port = Number(server.address.split(':')[1]);
  });
  afterEach(() => server.close());

  it('answers probes in words, 503 when not', async () => {
    expect(await call({ port }, '/livez')).to.include({ code: 200, body: 'ok: last heartbeat 1 s ago\n' });
    ready = false;
    expect(await call({ port }, '/readyz')).to.include({
      code: 503,
      body: 'not ok: the engine has not answered yet\n',
    });
  });

  it('serves metrics in the exposition format', async () => {
    const reply = await call({ port }, '/metrics');
    expect(reply.body).to.equal('bastion_engine_up 1\n');
    expect(reply.headers['content-type']).to.contain('version=0.0.4');
  });

  it('serves the status with ISO times, without arguments of steps and without secrets', async () => {
    const step = updateStep('Container/web', [{ path: 'environment.TOKEN', want: 'hunter2', got: undefined }], {
      blockedBy: [{ type: 'gate', name: 'Gate/look' }],
    });
    source.snapshot = () => snapshot({ plan: { digest: 'd', steps: [step], faults: [] } });
    const { body } = await call({ port }, '/api/v1/status');
    expect(body).not.to.contain('hunter2');
    expect(JSON.parse(body)).to.deep.include({ running: true, startedAt: '2026-01-01T00:00:00.000Z', revision: null });
    expect((JSON.parse(body) as StatusJson).plan.steps[0]).to.deep.equal({
      id: '#1',
      op: 'UpdateContainer',
      target: 'Container/web',
      cause: 'drift',
      fields: [{ path: 'environment.TOKEN', want: '(secret)', got: null }],
      after: [],
      risk: 'safe',
      blockedBy: ['Gate/look'],
    });
  });

  it('shows the page to a browser, and the list of what there is to everybody else', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = await call({ port }, '/', { headers: { Accept: accept } });
    expect(page.headers).to.include({
      'content-type': 'text/html; charset=utf-8',
      vary: 'Accept',
      'cache-control': 'no-store',
    });
    expect(page.body).to.contain('<!doctype html>').and.to.contain('converged: 1 resource');
    for (const headers of [{}, { Accept: '*/*' }]) {
      const index = await call({ port }, '/', { headers });
      expect(index.headers).to.include({ 'content-type': 'text/plain; charset=utf-8' });
      expect(index.body).to.contain('/api/v1/status');
    }
  });

  it('gives the content of the page once to who keeps it', async () => {
    const first = await call({ port }, '/page/content');
    const etag = String(first.headers['etag']);
    const again = await call({ port }, '/page/content', { headers: { 'If-None-Match': etag } });
    expect(again).to.include({ code: 304, body: '' });
    expect(again.headers).to.include({ etag, 'cross-origin-resource-policy': 'same-origin' });
    expect((await call({ port }, '/page/other')).code).to.equal(404);
    expect((await call({ port }, '/page/content', { method: 'POST' })).code).to.equal(405);
  });

  it('sets strict headers on every answer', async () => {
    for (const path of ['/', '/nowhere', '/api/v1/status', '/livez']) {
      const { headers } = await call({ port }, path);
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(headers['content-security-policy']).to.contain("default-src 'none'");
    }
  });

  it('takes nothing but GET and HEAD over TCP', async () => {
    expect(await call({ port }, '/api/v1/reconcile', { method: 'POST', body: 'x' })).to.include({ code: 405 });
    expect(await call({ port }, '/api/v1/retry?key=Container/web', { method: 'POST' })).to.include({ code: 405 });
    expect(await call({ port }, '/metrics', { method: 'HEAD' })).to.include({ code: 200, body: '' });
    expect(reconciles).to.equal(0);
  });

  it('does not answer a page that reached loopback under its own name', async () => {
    const reply = await call({ port }, '/api/v1/status', { headers: { Host: 'evil.example' } });
    expect(reply.code).to.equal(421);
  });

  it('survives garbage, endless headers and a failing source', async () => {
    expect(await raw(port, 'not http at all\r\n\r\n')).to.match(/^HTTP\/1\.1 400/);
    expect(await raw(port, `GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).to.match(/^HTTP\/1\.1 4/);
    source.metrics = () => Promise.reject(new Error('broken'));
    expect(await call({ port }, '/metrics')).to.include({ code: 500, body: 'fault of bastion: broken\n' });
    expect(await call({ port }, '/livez')).to.include({ code: 200 });
  });

  describe('on a Unix socket', () => {
    let directory: string;
    let socketPath: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'bastion-server-'));
      socketPath = join(directory, 'control.sock');
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    it('takes a retry of a resource that there is', async () => {
      const control = await createStatusServer(source, { socket: socketPath });
      const retry = (query: string): Promise<Reply> =>
        call({ socketPath }, `/api/v1/retry${query}`, { method: 'POST' });
      try {
        const reply = await retry('?key=Container%2Fweb');
        expect(reply).to.include({ code: 202, body: '{"accepted":true,"forgotten":["failures in a row"]}\n' });
        expect((await retry('?key=Container/other')).code).to.equal(404);
        for (const query of ['', '?key=', '?key=web', '?key=constructor/web'])
          expect((await retry(query)).code, query).to.equal(400);
        expect((await call({ socketPath }, '/api/v1/retry?key=Container/web')).code).to.equal(404);
      } finally {
        await control.close();
      }
    });

    it('takes the order of a backup that there is, and none over TCP', async () => {
      const control = await createStatusServer(source, { socket: socketPath });
      try {
        const order = (query: string): Promise<Reply> =>
          call({ socketPath }, `/api/v1/backup${query}`, { method: 'POST' });
        expect(await order('?name=nightly')).to.include({ code: 202, body: '{"accepted":true}\n' });
        expect(await order('?name=x')).to.include({ code: 404, body: 'the desired state has no Backup/x\n' });
        expect((await order('')).code).to.equal(400);
        expect((await call({ port }, '/api/v1/backup?name=nightly', { method: 'POST' })).code).to.equal(405);
      } finally {
        await control.close();
      }
    });

    it('takes a renewal of a certificate that there is, and none over TCP', async () => {
      const control = await createStatusServer(source, { socket: socketPath });
      try {
        const renew = (query: string): Promise<Reply> =>
          call({ socketPath }, `/api/v1/renew${query}`, { method: 'POST' });
        expect(await renew('?name=web')).to.include({ code: 202, body: '{"accepted":true}\n' });
        expect(await renew('?name=db')).to.include({ code: 404, body: 'the desired state has no Certificate/db\n' });
        const unissued = await renew('?name=new');
        expect(unissued.code).to.equal(409);
        expect(unissued.body).to.contain('Certificate/new has no certificate yet').and.contain('bastion status');
        expect(await renew('?name=late')).to.include({ code: 409 });
        expect((await renew('')).code).to.equal(400);
        expect((await call({ port }, '/api/v1/renew?name=web', { method: 'POST' })).code).to.equal(405);
      } finally {
        await control.close();
      }
    });

    it('has a receiver of notifications tried, and none over TCP', async () => {
      const control = await createStatusServer(source, { socket: socketPath });
      try {
        const path = '/api/v1/notification-test?receiver=';
        const tried = await call({ socketPath }, `${path}phone`, { method: 'POST' });
        expect(tried).to.include({ code: 200, body: '{"results":{"phone":{"type":"sent"}}}\n' });
        expect(await call({ socketPath }, `${path}fax`, { method: 'POST' })).to.include({ code: 404 });
        expect((await call({ port }, `${path}phone`, { method: 'POST' })).code).to.equal(405);
      } finally {
        await control.close();
      }
    });

    it('is private, replaces a stale file, takes reconcile, and cleans up', async () => {
      writeFileSync(socketPath, 'stale');
      const control = await createStatusServer(source, { socket: socketPath });
      try {
        expect(statSync(socketPath).mode & 0o777).to.equal(0o600);
        expect(await call({ socketPath }, '/api/v1/reconcile', { method: 'POST' })).to.include({ code: 202 });
        expect(reconciles).to.equal(1);
        expect(await call({ socketPath }, '/api/v1/status')).to.include({ code: 200 });
      } finally {
        await control.close();
      }
      expect(existsSync(socketPath)).to.equal(false);
    });
  });
});
