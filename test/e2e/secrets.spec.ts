import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { askOperator } from '../../src/cli/control-client.ts';
import { manifest } from '../support/desired-directory.ts';
import { MutualTls, OFTEN } from '../support/mutual-tls.ts';
import { formsOf, formsOfKey, found } from '../support/needles.ts';
import { conditionOf, type Operator } from '../support/operator.ts';

const ALPHABET = 'abcdefghjkmnpqrstuvwxyz+/23456789';

/** One that no other test of this machine takes. */
const ADDRESS = `127.0.0.1:${30_000 + (process.pid % 2000)}`;

describe('secrets: there, of the right owner and mode, and seen by nobody', function () {
  this.timeout(180_000);
  let tls: MutualTls;
  let operator: Operator;
  let kept: string;
  const given = `given-${randomBytes(20).toString('hex')}`;
  const canary = `canary-${randomBytes(12).toString('hex')}`;
  const token = `token-${randomBytes(20).toString('hex')}`;
  const hook = `hook-${randomBytes(20).toString('hex')}`;
  /** All that may not be seen, by name. */
  const needles: Record<string, readonly string[]> = {
    given: formsOf(given),
    token: formsOf(token),
    hook: formsOf(hook),
  };
  /** All that the program wrote, by where. */
  const written: Record<string, string> = {};

  before(async function () {
    tls = await MutualTls.open(this, 'secrets', []);
    const { place } = tls;
    kept = join(place.directory, 'secrets');
    mkdirSync(kept, { mode: 0o755 });
    // Nobody listens there, so that every way in which a delivery fails is gone through.
    const nobody = 'https://127.0.0.1:1';
    writeFileSync(join(kept, 'token'), `${token}\n`, { mode: 0o600 });
    writeFileSync(join(kept, 'hook'), `${nobody}/services/${hook}\n`, { mode: 0o600 });
    const receivers = {
      phone: { type: 'ntfy', url: nobody, topic: 'x', tokenFile: join(kept, 'token') },
      team: { type: 'slack', urlFile: join(kept, 'hook') },
    };
    place.desired.write(
      '00-bastion.yaml',
      tls.bastion({ clientCertificate: 'operator', notifications: { settle: '100ms', receivers } }),
    );
    place.desired.write(
      '10-all.yaml',
      manifest('Secret', 'given', { path: join(kept, 'given'), owner: 65534, mode: '0440' }),
      manifest('Secret', 'made', { path: join(kept, 'made'), generate: { length: 40, alphabet: ALPHABET } }),
      tls.authority(),
      tls.certificate('operator'),
      tls.certificate('web', { keyAlgorithm: 'rsa-2048' }),
      place.container('app', {
        environment: { DB_PASSWORD_FILE: '/run/secrets/db' },
        volumes: [`${join(kept, 'given')}:/run/secrets/db:ro`],
      }),
      manifest('Gate', 'canary', { checklist: [`the number is ${canary}`, ...formsOf(canary)] }),
    );
    // Node writes reports into its working directory when it may: here, where they are looked for.
    operator = start('json');
  });

  after(() => tls?.place.close());

  function start(log: 'json' | 'text'): Operator {
    const options = '--report-on-signal --report-signal=SIGUSR2 --report-uncaught-exception --report-on-fatalerror';
    const flags = [...OFTEN, '--log', log, '--verbose', '--listen', ADDRESS];
    return tls.place.start({ flags, env: { NODE_OPTIONS: options } });
  }

  function made(): string {
    return readFileSync(join(kept, 'made'), 'utf8').trim();
  }

  it('one that nobody put there blocks what needs it, with the command that puts it there', async () => {
    const message = await operator.until((status) => {
      const blocked = conditionOf(status, 'Secret/given', 'Blocked');
      expect(blocked?.reason).to.equal('AwaitingSecret');
      return blocked?.message ?? '';
    });
    expect(message).to.contain(join(kept, 'given'));
    expect(await tls.place.containers()).to.deep.equal({});
  });

  it('is taken as it is when it appears: owner and mode are put right, and what needs it starts', async () => {
    writeFileSync(join(kept, 'given'), given, { mode: 0o600 });
    await operator.until(async () => {
      expect((await tls.place.inspect('app')).State.Running).to.equal(true);
      const { mode, uid } = statSync(join(kept, 'given'));
      expect([mode & 0o7777, uid]).to.deep.equal([0o440, 65534]);
    });
    expect(readFileSync(join(kept, 'given'), 'utf8')).to.equal(given);
  });

  it('is made once where that is wanted', async () => {
    await operator.until((status) => expect(conditionOf(status, 'Secret/made', 'Ready')).to.not.equal(undefined));
    expect(made()).to.match(/^[a-hjkmnp-z+/2-9]{40}$/);
    expect(statSync(join(kept, 'made')).mode & 0o7777).to.equal(0o400);
    needles['made'] = formsOf(made());
  });

  it('drift of a mode is healed by field, and the content stays', async () => {
    const before = made();
    chmodSync(join(kept, 'made'), 0o644);
    await operator.until(() => expect(statSync(join(kept, 'made')).mode & 0o7777).to.equal(0o400));
    await operator.until(() => {
      const line = tls.place.history().findLast(({ target }) => target === 'Secret/made');
      expect(line?.op).to.equal('SetOwnership');
      expect(line?.fields).to.deep.equal([{ path: 'mode', want: '0400', got: '0644' }]);
    });
    expect(made()).to.equal(before);
  });

  /** Keys are exchanged now and then: all that ever lay there. */
  function plantKeys(): void {
    needles['authority key'] ??= formsOfKey(tls.root().key);
    for (const name of ['operator', 'web'])
      needles[`key of ${name} ${tls.serial(name)}`] = formsOfKey(
        readFileSync(join(tls.directory(name), 'tls.key'), 'utf8'),
      );
  }

  async function collect(when: string): Promise<void> {
    for (const [name, ...args] of [
      ['plan'],
      ['plan', '--json'],
      ['status'],
      ['status', '--json'],
      ['certs'],
      ['certs', '--json'],
      ['history', '--json'],
      ['validate'],
      ['notify', 'test'],
      ['notify', 'test', '--json'],
    ] as const) {
      const { stdout, stderr } = await tls.place.command(name, args);
      written[`${when}: bastion ${[name, ...args].join(' ')}`] = stdout + stderr;
    }
    if (operator.isRunning) written[`${when}: socket`] = JSON.stringify(await askOperator(tls.place.state));
    for (const path of ['/', '/metrics', '/api/v1/status', '/readyz'])
      if (operator.isRunning) written[`${when}: ${path}`] = await (await fetch(`http://${ADDRESS}${path}`)).text();
    written[`${when}: log`] = operator.output;
  }

  it('goes through all that may go wrong', async () => {
    await operator.until((status) => expect(conditionOf(status, 'Certificate/web', 'Ready')).to.not.equal(undefined));
    plantKeys();
    await collect('well');

    const key = join(tls.pki, 'private/root.key');
    const whole = readFileSync(key, 'utf8');
    // Half of it is as secret as all of it.
    writeFileSync(key, whole.slice(0, whole.length - 60));
    writeFileSync(
      join(tls.directory('web'), '..data/tls.key'),
      readFileSync(join(tls.directory('operator'), 'tls.key')),
    );
    await operator.until((status) =>
      expect(conditionOf(status, 'CertificateAuthority/root', 'Degraded')?.reason).to.equal('Unreadable'),
    );
    await collect('broken authority');

    writeFileSync(key, whole);
    const before = tls.serial('web');
    await operator.until(() => expect(tls.serial('web')).to.not.equal(before));
    await operator.until((status) => expect(conditionOf(status, 'Certificate/web', 'Ready')).to.not.equal(undefined));
    plantKeys();
    expect(await tls.place.command('certs', ['renew', 'operator'])).to.include({ code: 0 });
    rmSync(join(kept, 'given'));
    await operator.until((status) => expect(conditionOf(status, 'Secret/given', 'Blocked')).to.not.equal(undefined));
    mkdirSync(join(kept, 'given'));
    await operator.until((status) => {
      const conditions = status.resources.find(({ key: of }) => of === 'Secret/given')?.conditions ?? [];
      expect(conditions.filter(({ status: holds }) => holds).map(({ type }) => type)).to.not.include('Ready');
    });
    await collect('secret gone');
    rmSync(join(kept, 'given'), { recursive: true });
    writeFileSync(join(kept, 'given'), given);
    await operator.until((status) => expect(conditionOf(status, 'Secret/given', 'Ready')).to.not.equal(undefined));
    plantKeys();
  });

  it('opens no debugger to a signal, and leaves no core when it dies', async () => {
    operator.signal('SIGUSR1');
    operator.signal('SIGUSR2');
    const reports = (): string[] => readdirSync(tls.place.directory).filter((name) => name.startsWith('report.'));
    await operator.until(() => expect(reports()).to.have.length(1));
    expect(operator.output).to.not.match(/Debugger listening/);
    const limits = readFileSync(`/proc/${operator.pid}/limits`, 'utf8');
    expect(limits).to.match(/^Max core file size +0 +0 /m);
    operator.signal('SIGABRT');
    written['first operator'] = JSON.stringify(await operator.ended());
    operator = start('text');
    await operator.until((status) => expect(conditionOf(status, 'Certificate/web', 'Ready')).to.not.equal(undefined));
    await collect('again');
    operator.signal('SIGQUIT');
    written['second operator'] = JSON.stringify(await operator.ended());
  });

  it('none of it is in anything that the program wrote', () => {
    plantKeys();
    for (const path of readdirSync(tls.place.directory, { recursive: true, encoding: 'utf8' })) {
      if (/^(pki|secrets)(\/|$)/.test(path)) continue;
      const file = join(tls.place.directory, path);
      if (existsSync(file) && statSync(file).isFile()) written[path] = readFileSync(file, 'latin1');
    }
    expect(Object.keys(written)).to.include.members(['state/history.jsonl', 'well: /metrics', 'first operator']);
    expect(written['well: bastion notify test']).to.contain('nobody listens');
    expect(Object.keys(written)).to.include('state/notifications.json');
    expect(Object.keys(written).some((name) => name.startsWith('report.'))).to.equal(true);
    expect(Object.keys(needles).length).to.be.at.least(6);
    const leaks = Object.entries(written).flatMap(([where, text]) =>
      found(text, needles).map((what) => `${what} in ${where}`),
    );
    expect(leaks).to.deep.equal([]);
    expect(
      Object.entries(written)
        .filter(([, text]) => text.includes('PRIVATE KEY-----'))
        .map(([where]) => where),
    ).to.deep.equal([]);
  });

  it('what looks for them finds what is there: a word of a checklist, in each of its forms', () => {
    for (const where of ['well: bastion status --json', 'well: socket', 'well: /api/v1/status'])
      for (const form of formsOf(canary))
        expect(found(written[where] ?? '', { canary: [form] }), where).to.deep.equal(['canary']);
    const pem = readFileSync(join(tls.directory('web'), 'tls.key'), 'utf8');
    expect(found(JSON.stringify({ pem }), needles)).to.have.length(1);
    expect(found(`x${Buffer.from(`password=${given}&`).toString('base64')}`, needles)).to.deep.equal(['given']);
  });
});
