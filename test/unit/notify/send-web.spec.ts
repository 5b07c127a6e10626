import { chmodSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { WebReceiver } from '../../../src/model/notification-spec.ts';
import type { AttemptResult } from '../../../src/notify/deliver/attempt.ts';
import { createSendWeb, retryAfterMilliseconds } from '../../../src/notify/deliver/send-web.ts';
import { sampleNotification } from '../../support/notify/sample-notification.ts';
import { Webhook } from '../../support/notify/webhook.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeAuthority, type TestAuthority } from '../../support/test-authority.ts';
import { NOW } from '../../support/trace-events.ts';
import { closedPort } from '../certs/tls-server.ts';

const TOKEN = 'tk_hunter2hunter2hunter2';

describe('delivery to a web service', () => {
  const directory = temporaryDirectory('send-web');
  let authority: TestAuthority;
  let hook: Webhook;
  let url: string;

  before(async () => {
    authority = await makeAuthority('test');
  });
  beforeEach(async () => {
    hook = new Webhook(await authority.issue('127.0.0.1'));
    url = await hook.listen();
    write('ca.crt', authority.certificate, 0o644);
    write('token', `${TOKEN}\n`);
  });
  afterEach(() => hook.close());

  function write(name: string, text: string, mode = 0o600): void {
    writeFileSync(join(directory(), name), text);
    chmodSync(join(directory(), name), mode);
  }

  function send(more: Partial<WebReceiver> = {}, signal = new AbortController().signal): Promise<AttemptResult> {
    const sendWeb = createSendWeb({
      hostPath: (path) => join(directory(), path),
      judge: (path, opened) =>
        opened === join(realpathSync(directory()), path) ? undefined : `${path} leads to ${opened}`,
      now: () => NOW,
    });
    const receiver: WebReceiver = {
      name: 'phone',
      type: 'webhook',
      timeout: 2_000,
      address: { url },
      authorityFile: '/ca.crt',
      tokenFile: '/token',
      ...more,
    };
    return sendWeb(receiver, sampleNotification(), signal);
  }

  async function reasonOf(result: Promise<AttemptResult>, type: 'later' | 'refused' = 'later'): Promise<string> {
    const found = await result;
    expect(found.type).to.equal(type);
    const { reason } = found as { reason: string };
    expect(reason).to.not.contain(TOKEN.slice(0, 10));
    return reason;
  }

  it('posts JSON with the token, in the form that the service takes', async () => {
    expect(await send()).to.deep.equal({ type: 'sent' });
    expect(await send({ type: 'ntfy', topic: 'alerts' })).to.deep.equal({ type: 'sent' });
    expect(await send({ type: 'slack' })).to.deep.equal({ type: 'sent' });
    const [plain, ntfy, slack] = hook.received;
    expect(plain?.headers).to.include({ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' });
    expect(plain?.body).to.include({ kind: 'halted', instance: 'demo' });
    expect(ntfy?.body).to.include({ topic: 'alerts' });
    expect(slack?.body).to.have.keys('text', 'blocks');
  });

  it('reads an address that is a secret from its file, anew for every try', async () => {
    write('url', `${url}/services/first\n`);
    await send({ address: { urlFile: '/url' } });
    write('url', `${url}/services/second\n`);
    await send({ address: { urlFile: '/url' } });
    expect(hook.received.map(({ path }) => path)).to.deep.equal(['/services/first', '/services/second']);
  });

  it('sends nothing to whom it cannot verify', async () => {
    write('ca.crt', (await makeAuthority('other')).certificate);
    expect(await reasonOf(send()))
      .to.contain('not trusted')
      .and.contain('authorityFile');
    write('ca.crt', authority.certificate);
    expect(await reasonOf(send({ address: { url: url.replace('127.0.0.1', 'localhost') } }))).to.contain(
      'another name',
    );
    const { authorityFile: _, ...bare } = {
      name: 'x',
      type: 'webhook',
      timeout: 2_000,
      address: { url },
      authorityFile: '',
    } as const;
    const sendWeb = createSendWeb({ hostPath: (path) => path, judge: () => undefined, now: () => NOW });
    expect((await sendWeb(bare, sampleNotification(), new AbortController().signal)).type).to.equal('later');
    expect(hook.received).to.deep.equal([]);
  });

  it('opens no file whose file system does not answer, and is to be tried again', async () => {
    const silent = createSendWeb({
      hostPath: (path) => join(directory(), path),
      judge: () => 'it was opened',
      mounts: {
        refresh: () => Promise.resolve(),
        silenceAt: (path) => (path === join(directory(), 'token') ? 'it does not answer' : undefined),
      },
      now: () => NOW,
    });
    const bare = {
      name: 'phone',
      on: [],
      type: 'webhook',
      timeout: 2_000,
      address: { url },
      tokenFile: '/token',
    } as const;
    expect(await reasonOf(silent(bare, sampleNotification(), new AbortController().signal))).to.equal(
      `${join(directory(), 'token')} cannot be read by the operator: it does not answer`,
    );
  });

  it('is to be tried again after an answer of a server in trouble, as late as it asks', async () => {
    hook.answer = (response) => response.writeHead(500).end('x'.repeat(1000));
    expect(await send()).to.deep.equal({ type: 'later', reason: 'answered 500' });
    hook.answer = (response) => response.writeHead(429, { 'Retry-After': '7' }).end();
    expect(await send()).to.deep.equal({ type: 'later', reason: 'answered 429', after: 7_000 });
    expect(retryAfterMilliseconds(new Date(NOW + 5_000).toUTCString(), NOW)).to.equal(5_000);
    expect(retryAfterMilliseconds('soon', NOW)).to.equal(undefined);
  });

  it('is given up where trying again would bring the same; a redirect is not followed', async () => {
    hook.answer = (response) => response.writeHead(401).end(`your token ${TOKEN} is wrong`);
    expect(await reasonOf(send(), 'refused')).to.equal('answered 401: the token is missing or wrong (tokenFile)');
    hook.answer = (response) => response.writeHead(307, { Location: `${url}/elsewhere` }).end();
    expect(await reasonOf(send(), 'refused')).to.contain('redirect');
    expect(hook.received).to.have.lengthOf(2);
  });

  it('takes no longer than its time, whether nothing comes, or an answer without an end', async () => {
    hook.answer = () => undefined;
    expect(await reasonOf(send({ timeout: 100 }))).to.equal('no answer within 0.1 s');
    hook.answer = (response) => response.writeHead(200).write('a beginning');
    expect(await reasonOf(send({ timeout: 100 }))).to.equal('no answer within 0.1 s');
  });

  it('does not read an answer that is larger than any of use', async () => {
    hook.answer = (response) => {
      response.writeHead(200);
      response.on('error', () => undefined);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
      };
      more();
    };
    expect(await send()).to.deep.equal({ type: 'sent' });
  });

  it('says in words when the connection is closed, refused or its name unknown, and never the address of a file', async () => {
    hook.answer = (response) => response.destroy();
    expect(await reasonOf(send())).to.contain('closed the connection');
    const port = await closedPort();
    write('url', `https://127.0.0.1:${port}/services/${TOKEN}\n`);
    expect(await reasonOf(send({ address: { urlFile: '/url' } }))).to.contain('nobody listens');
    write('url', `http://ntfy.example/${TOKEN}\n`);
    expect(await reasonOf(send({ address: { urlFile: '/url' } }))).to.contain('use https');
    write('url', `${TOKEN}\n`);
    expect(await reasonOf(send({ address: { urlFile: '/url' } }))).to.contain('holds no address');
  });

  it('refuses a secret that others could read or change, or that is none', async () => {
    for (const [mode, text, words] of [
      [0o604, `${TOKEN}\n`, 'has mode 0604'],
      [0o620, `${TOKEN}\n`, 'has mode 0620'],
      [0o600, `${TOKEN}\nsecond: line\n`, 'exactly one line'],
      [0o600, '', 'exactly one line'],
      [0o600, 'x'.repeat(10_000), 'larger than'],
    ] as const) {
      write('token', text, mode);
      expect(await reasonOf(send())).to.contain(words);
    }
    expect(await reasonOf(send({ tokenFile: '/nothing' }))).to.contain('/nothing: put it there, with mode 0640');
    expect(hook.received).to.deep.equal([]);
  });

  it('uses no file that must not be used, judged by what is open and not by its name', async () => {
    write('elsewhere', `${TOKEN}\n`);
    write('url', `${url}/services/x\n`);
    for (const [name, more] of [
      ['token', {}],
      ['url', { address: { urlFile: '/url' } }],
      ['ca.crt', {}],
    ] as const) {
      rmSync(join(directory(), name));
      symlinkSync(join(directory(), 'elsewhere'), join(directory(), name));
      expect(await reasonOf(send(more))).to.contain(`is not used: /${name} leads to `);
      rmSync(join(directory(), name));
      write('token', `${TOKEN}\n`);
      write('ca.crt', authority.certificate, 0o644);
    }
    expect(hook.received).to.deep.equal([]);
  });

  it('ends at once when it is no longer wanted', async () => {
    hook.answer = () => undefined;
    const stop = new AbortController();
    const sending = send({ timeout: 60_000 }, stop.signal);
    stop.abort();
    expect((await sending).type).to.equal('later');
  });
});
