import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('../../../bin/change-owner', import.meta.url));
/** What systemd does for a socket's service: it listens, and passes what listens as the third descriptor. */
const ACTIVATE = `
use Socket; use POSIX ();
$^F = 10;
my $listener;
socket($listener, AF_UNIX, SOCK_STREAM, 0) && bind($listener, pack_sockaddr_un(shift)) && listen($listener, 8) or die $!;
POSIX::dup2(fileno($listener), 3);
$ENV{LISTEN_FDS} = 1;
syswrite STDOUT, 'listening';
exec @ARGV;
`;

describe('the service that changes owners', () => {
  let directory: string;
  let service: ChildProcess;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bastion-owner-service-'));
    service = spawn('/usr/bin/perl', ['-e', ACTIVATE, join(directory, 's'), '/usr/bin/perl', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (service.stdout !== null) await once(service.stdout, 'data');
  });
  afterEach(async () => {
    if (service.exitCode === null && service.signalCode === null) {
      service.kill();
      await once(service, 'exit');
    }
    rmSync(directory, { recursive: true });
  });

  async function connected(): Promise<Socket> {
    const socket = connect({ path: join(directory, 's'), allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  }

  async function answerTo(request: string): Promise<string> {
    const socket = await connected();
    socket.end(request);
    let answer = '';
    for await (const part of socket) answer += String(part);
    return answer;
  }

  it('outlives who asks and does not wait for the answer', async () => {
    const impatient = await connected();
    impatient.destroy();
    await once(impatient, 'close');
    // EINVAL: what is asked is no request.
    expect(await answerTo('nonsense')).to.equal('22');
    expect(service.signalCode).to.equal(null);
  });
});
