import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HistoryLine } from '../../src/status/history.ts';
import { eventually } from '../support/eventually.ts';
import { MutualTls, NOBODY, OFTEN } from '../support/mutual-tls.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';

describe('drift of certificates is found, named by field and healed', function () {
  this.timeout(120_000);
  let tls: MutualTls;
  let operator: Operator;

  before(async function () {
    tls = await MutualTls.open(this, 'certdrift', []);
    tls.place.desired.write('00-bastion.yaml', tls.bastion({}));
    tls.place.desired.write(
      '10-certificates.yaml',
      tls.authority(),
      tls.certificate('plain', { group: NOBODY }),
      tls.certificate('node'),
    );
    operator = tls.place.start({ flags: OFTEN });
    await operator.result('converged');
  });

  after(() => tls?.place.close());

  /** Lines of one resource that were written since then. */
  function since(count: number, target: string): HistoryLine[] {
    return tls.place
      .history()
      .slice(count)
      .filter((line) => line.target === target);
  }

  const live = (file: string): string => join(tls.directory('plain'), '..data', file);
  const link = (path: string): string => join(tls.pki, path);
  interface Damage {
    readonly title: string;
    readonly damage: () => void;
    /** Operation, cause and fields of the step that heals. */
    readonly healed: { readonly op: string; readonly cause?: RegExp; readonly field?: string };
    /** The same certificate is there afterwards. */
    readonly keeps: boolean;
    readonly target?: string;
  }
  const damages: readonly Damage[] = [
    {
      title: 'chmod of the key',
      damage: () => chmodSync(live('tls.key'), 0o644),
      healed: { op: 'SetOwnership', field: 'key.mode' },
      keeps: true,
    },
    {
      title: 'chown of the key',
      damage: () => chownSync(live('tls.key'), 1, 1),
      healed: { op: 'SetOwnership', field: 'key.owner' },
      keeps: true,
    },
    {
      title: 'chmod of the directory',
      damage: () => chmodSync(tls.directory('plain'), 0o777),
      healed: { op: 'SetOwnership', field: 'directory.mode' },
      keeps: true,
    },
    {
      title: 'the link to the certificate removed',
      damage: () => unlinkSync(link('certs/plain.crt')),
      healed: { op: 'LinkCertificate', field: 'certificate' },
      keeps: true,
    },
    {
      title: 'the link to the key removed',
      damage: () => unlinkSync(link('private/plain.key')),
      healed: { op: 'LinkCertificate', field: 'key' },
      keeps: true,
    },
    {
      title: 'tls.crt of the directory removed',
      damage: () => unlinkSync(join(tls.directory('plain'), 'tls.crt')),
      healed: { op: 'LinkCertificate', field: 'directory' },
      keeps: true,
    },
    {
      title: 'ca.crt damaged',
      damage: () => writeFileSync(live('ca.crt'), 'nothing'),
      healed: { op: 'UpdateTrust', cause: /ca\.crt/, field: 'trust' },
      keeps: true,
    },
    {
      title: 'the certificate damaged',
      damage: () => writeFileSync(live('tls.crt'), readFileSync(live('tls.crt'), 'utf8').slice(0, 200)),
      healed: { op: 'IssueCertificate', cause: /certificate unparsable/ },
      keeps: false,
    },
    {
      title: 'the key emptied',
      damage: () => writeFileSync(live('tls.key'), ''),
      healed: { op: 'IssueCertificate', cause: /key unparsable/ },
      keeps: false,
    },
    {
      title: "another one's key in its place",
      damage: () => writeFileSync(live('tls.key'), readFileSync(join(tls.directory('node'), 'tls.key'))),
      healed: { op: 'IssueCertificate', cause: /key does not match/ },
      keeps: false,
    },
    {
      title: 'the live version removed',
      damage: () => rmSync(realpathSync(join(tls.directory('plain'), '..data')), { recursive: true }),
      healed: { op: 'IssueCertificate', cause: /missing/ },
      keeps: false,
    },
    {
      title: 'the directory removed',
      damage: () => rmSync(tls.directory('plain'), { recursive: true }),
      healed: { op: 'IssueCertificate', cause: /missing/ },
      keeps: false,
    },
    {
      title: "the authority's bundle removed",
      damage: () => unlinkSync(link('certs/root-bundle.crt')),
      healed: { op: 'WriteBundle', cause: /missing/, field: 'bundle' },
      keeps: true,
      target: 'CertificateAuthority/root',
    },
  ];

  for (const { title, damage, healed, keeps, target = 'Certificate/plain' } of damages)
    it(`${title}: healed by ${healed.op}${healed.field === undefined ? '' : ` of ${healed.field}`}`, async () => {
      await operator.result('converged');
      const before = tls.serial('plain');
      const root = tls.root();
      const lines = tls.place.history().length;
      damage();
      const step = await eventually(
        () => {
          const found = since(lines, target).find(({ op, result }) => op === healed.op && result === 'done');
          expect(found, JSON.stringify(since(lines, target))).to.not.equal(undefined);
          return found;
        },
        { within: PATIENCE, every: 50 },
      );
      if (healed.cause !== undefined) expect(step?.cause).to.match(healed.cause);
      if (healed.field !== undefined) expect(step?.fields.map(({ path }) => path)).to.include(healed.field);
      await operator.until(async (status) => {
        expect(status.result).to.equal('converged');
        expect(await tls.place.command('plan')).to.include({ code: 0, stdout: 'nothing to do\n' });
        if (keeps) expect(tls.serial('plain')).to.equal(before);
        else expect(tls.serial('plain')).to.not.equal(before);
        expectWhole();
      }, PATIENCE);
      expect(tls.root(), 'the authority is never touched').to.deep.equal(root);
    });

  function expectWhole(): void {
    const directory = tls.directory('plain');
    for (const file of ['tls.crt', 'tls.key', 'ca.crt'])
      expect(readlinkSync(join(directory, file))).to.equal(`..data/${file}`);
    expect(realpathSync(link('certs/plain.crt'))).to.equal(realpathSync(live('tls.crt')));
    expect(realpathSync(link('private/plain.key'))).to.equal(realpathSync(live('tls.key')));
    const { mode, uid, gid } = statSync(live('tls.key'));
    expect([(mode & 0o7777).toString(8), uid, gid]).to.deep.equal(['400', NOBODY, NOBODY]);
    const { mode: directoryMode, uid: directoryUid } = statSync(directory);
    expect([(directoryMode & 0o7777).toString(8), directoryUid]).to.deep.equal(['755', 0]);
    expect(
      new X509Certificate(readFileSync(live('tls.crt'))).verify(new X509Certificate(tls.root().certificate).publicKey),
    ).to.equal(true);
  }
});
