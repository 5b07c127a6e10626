import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun, runCommand } from '../../scripts/support/run-command.ts';
import { MutualTls, OFTEN } from '../support/mutual-tls.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { requireProgram } from '../support/require-program.ts';
import { makeAuthority } from '../support/test-authority.ts';

describe('an authority whose key is elsewhere', function () {
  this.timeout(120_000);
  let tls: MutualTls;
  let operator: Operator;
  let drawer: string;

  before(async function () {
    await requireProgram(this, 'openssl');
    tls = await MutualTls.open(this, 'offline', ['node-exporter']);
    const { place } = tls;
    drawer = join(place.directory, 'drawer');
    for (const directory of [drawer, join(tls.pki, 'certs')]) mkdirSync(directory, { recursive: true });
    const root = await makeAuthority('The one in the drawer');
    writeFileSync(join(drawer, 'root.key'), root.key, { mode: 0o400 });
    writeFileSync(join(tls.pki, 'certs/root.crt'), root.certificate);
    place.desired.write('00-bastion.yaml', tls.bastion({}));
    place.desired.write(
      '10-web.yaml',
      tls.authority({}),
      tls.certificate('node', { consumers: [tls.consumer('node', 'node-exporter', { served: undefined })] }),
      tls.network(),
      tls.nodeExporter('node'),
    );
    operator = place.start({ flags: OFTEN });
  });

  after(() => tls?.place.close());

  /** The message of the certificate's blocked condition, once it is there for this reason. */
  function blocked(reason: RegExp): Promise<string> {
    return operator.until(async () => {
      const found = conditionOf(await operator.status(), 'Certificate/node', 'Blocked');
      expect(found?.reason).to.match(reason);
      return found?.message ?? '';
    });
  }

  /** The command that a message holds, its words; the key's name replaced by where it really is. */
  function commandIn(message: string): string[] {
    const [command = ''] = /openssl x509 -req .*/.exec(message) ?? [];
    const words = command.split(' ');
    expect(words).to.include('root.key');
    return words.map((word) => (word === 'root.key' ? join(drawer, word) : word));
  }

  /** What the words after `-out` name. */
  function target(words: readonly string[]): string {
    return words[words.indexOf('-out') + 1] ?? '';
  }

  /** A signed file as a person makes it: beside, and moved into its place when it is whole. */
  async function signAs(words: readonly string[], change: (words: string[]) => string[]): Promise<void> {
    const beside = join(drawer, 'signed.crt');
    await mustRun(change(words.map((word) => (word === target(words) ? beside : word))));
    copyFileSync(beside, `${target(words)}.new`);
    renameSync(`${target(words)}.new`, target(words));
  }

  it('is Blocked(AwaitingSignature) with the command that signs, and nothing that needs it starts', async () => {
    const words = commandIn(await blocked(/^AwaitingSignature$/));
    const request = words[words.indexOf('-in') + 1] ?? '';
    expect(request).to.equal(join(tls.pki, 'certs/node.csr'));
    await operator.until(() => expect(existsSync(request)).to.equal(true));
    expect(await mustRun(['openssl', 'req', '-in', request, '-noout', '-verify', '-text'])).to.contain('DNS:node.lab');
    expect(existsSync(join(tls.pki, 'live/node/tls.crt'))).to.equal(false);
    expect(Object.keys(await tls.place.containers())).to.deep.equal([]);
    const { stdout } = await tls.place.command('status');
    expect(stdout.replaceAll(/\s+/g, ' ')).to.contain('AwaitingSignature');
  });

  const wrong: readonly {
    readonly title: string;
    readonly reason: RegExp;
    readonly make: (words: string[]) => Promise<void>;
  }[] = [
    {
      title: 'signed by another authority',
      reason: /is not signed by The one in the drawer/,
      make: async (words) => {
        const other = await makeAuthority('The one in the drawer');
        writeFileSync(join(drawer, 'other.key'), other.key);
        writeFileSync(join(drawer, 'other.crt'), other.certificate);
        await signAs(words, (own) =>
          own.map((word) => word.replace(/^.*\/root\.(key|crt)$/, (_all, end: string) => join(drawer, `other.${end}`))),
        );
      },
    },
    {
      title: 'signed without what was asked for',
      reason: /dnsNames none instead of node\.lab/,
      make: (words) => signAs(words, (own) => own.filter((word) => word !== '-copy_extensions' && word !== 'copyall')),
    },
    {
      title: 'for another key',
      reason: /is for another key than the one that waits/,
      make: async (words) => {
        const csr = join(drawer, 'else.csr');
        const key = [
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-keyout',
          join(drawer, 'else.key'),
        ];
        await mustRun(['openssl', 'req', '-new', ...key, '-subj', '/CN=node', '-out', csr]);
        await signAs(words, (own) => own.map((word) => (word.endsWith('.csr') ? csr : word)));
      },
    },
    {
      title: 'no certificate at all',
      reason: /no PEM certificate/,
      make: (words) => {
        writeFileSync(target(words), 'to be done\n');
        return Promise.resolve();
      },
    },
  ];
  for (const { title, reason, make } of wrong)
    it(`refuses a file that is ${title}, says why, and breaks nothing`, async () => {
      const words = commandIn(await blocked(/^(AwaitingSignature|SignatureUnusable)$/));
      const request = readFileSync(join(tls.pki, 'certs/node.csr'), 'utf8');
      await make(words);
      await operator.until(async () => expect(await blocked(/^SignatureUnusable$/)).to.match(reason));
      expect(existsSync(join(tls.pki, 'live/node/tls.crt'))).to.equal(false);
      expect(readFileSync(join(tls.pki, 'certs/node.csr'), 'utf8'), 'the request stays').to.equal(request);
    });

  it('takes up what the printed command signs, and what needs it starts', async () => {
    const words = commandIn(await blocked(/^SignatureUnusable$/));
    const { code, output } = await runCommand(words);
    expect(code, output).to.equal(0);
    await operator.result('converged', 2 * PATIENCE);
    const live = join(tls.pki, 'live/node');
    const verify = ['verify', '-purpose', 'sslserver', '-verify_hostname', 'node.lab'];
    await mustRun(['openssl', ...verify, '-CAfile', join(live, 'ca.crt'), join(live, 'tls.crt')]);
    expect((await tls.place.inspect('node')).State.Running).to.equal(true);
    for (const gone of ['certs/node.csr', 'certs/node.signed.crt', 'live/node/..pending'])
      expect(existsSync(join(tls.pki, gone)), gone).to.equal(false);
    const steps = tls.place.history().filter(({ target: key }) => key === 'Certificate/node');
    expect(steps.map(({ op }) => op)).to.deep.equal(['RequestSignature', 'TakeUpCertificate', 'LinkCertificate']);
  });

  it('a renewal waits in the same way, and the live one is served meanwhile', async () => {
    const before = tls.serial('node');
    expect(await tls.place.command('certs', ['renew', 'node'])).to.include({ code: 0 });
    const words = commandIn(await blocked(/^AwaitingSignature$/));
    await operator.until(() => expect(existsSync(join(tls.pki, 'certs/node.csr'))).to.equal(true));
    expect(tls.serial('node')).to.equal(before);
    await operator.until((status) =>
      expect(conditionOf(status, 'Certificate/node', 'Ready')?.reason).to.equal('Valid'),
    );
    expect((await tls.place.inspect('node')).State.Running).to.equal(true);
    await mustRun(words);
    await operator.until(() => expect(tls.serial('node')).to.not.equal(before));
    await operator.result('converged');
  });
});
