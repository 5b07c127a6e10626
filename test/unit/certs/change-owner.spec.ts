import { chmodSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { changeEntryOwner, changeOwner } from '../../../src/certs/change-owner.ts';

/** What a call that must fail fails with. */
function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('changing an owner', () => {
  let directory: string;
  let socket: string;
  let server: Server | undefined;
  const asked: string[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bastion-owner-'));
    socket = join(directory, 'owner.sock');
    asked.length = 0;
  });
  afterEach(async () => {
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    server = undefined;
    rmSync(directory, { recursive: true });
  });

  /** What bastion-owner.service does on its socket. */
  async function serve(answer: string): Promise<void> {
    const own = createServer({ allowHalfOpen: true }, (connection) => {
      let request = '';
      connection.setEncoding('utf8').on('data', (text: string) => (request += text));
      connection.on('end', () => {
        asked.push(request);
        connection.end(answer);
      });
    });
    server = own;
    await new Promise<void>((resolve) => own.listen(socket, resolve));
  }

  /** An open file whose owner this process may not change. */
  function refusing(code = 'EPERM'): FileHandle {
    const refused = Object.assign(new Error(`${code}: refused`), { code, errno: -1, syscall: 'fchown' });
    return { fd: 17, chown: () => Promise.reject(refused) } as unknown as FileHandle;
  }

  it('asks nobody where it is allowed', async () => {
    await serve('0');
    const path = join(directory, 'file');
    writeFileSync(path, '');
    const handle = await open(path);
    await changeOwner(handle, lstatSync(path).uid, -1, { socket });
    await handle.close();
    expect(asked).to.deep.equal([]);
  });

  it('asks the service by the number of what is open', async () => {
    await serve('0');
    await changeOwner(refusing(), 65534, -1, { socket });
    expect(asked).to.deep.equal(['17\0\0' + '65534\0-1']);
  });

  it('tells what the service was refused, as the file system would have', async () => {
    await serve('30');
    const error = await failureOf(changeOwner(refusing(), 1, 1, { socket }));
    expect(error).to.include({ code: 'EROFS', errno: -30, syscall: 'chown' });
  });

  for (const [what, prepare] of [
    ['there is no service', () => Promise.resolve()],
    ['its answer is none', () => serve('what?')],
  ] as const)
    it(`tells the first refusal where ${what}`, async () => {
      await prepare();
      expect(await failureOf(changeOwner(refusing(), 1, 1, { socket }))).to.include({
        syscall: 'fchown',
        code: 'EPERM',
      });
    });

  it('asks only about permissions', async () => {
    await serve('0');
    expect(await failureOf(changeOwner(refusing('EIO'), 1, 1, { socket }))).to.include({ code: 'EIO' });
    expect(asked).to.deep.equal([]);
  });

  it('changes a symlink itself, and tells where there is none', async () => {
    chmodSync(directory, 0o755);
    symlinkSync('/nonexistent', join(directory, 'link'));
    const { uid, gid } = lstatSync(join(directory, 'link'));
    await changeEntryOwner(join(directory, 'link'), uid, gid, { socket });
    expect(await failureOf(changeEntryOwner(join(directory, 'none'), uid, gid, { socket }))).to.include({
      code: 'ENOENT',
    });
  });
});
