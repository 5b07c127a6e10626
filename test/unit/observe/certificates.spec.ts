import { expect } from 'chai';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { keyOf } from '../../../src/model/key.ts';
import type { ObservedPair } from '../../../src/model/observed-certificates.ts';
import { CertificateObserver, type ObservedCertificates } from '../../../src/observe/certificates.ts';
import type { HostFiles } from '../../../src/observe/host-files.ts';
import { PARSED_SIZE_LIMIT } from '../../../src/observe/parsed-files.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { Counted, newRoot, PkiHost, type Material } from './pki-host.ts';
import { desiredState } from './sample-host.ts';

const ROOT = keyOf('CertificateAuthority', 'root');
const WEB = keyOf('Certificate', 'web');
/** Long after everything was written: a version that was seen once is trusted. */
const later = (): number => Date.now() + 60_000;

describe('CertificateObserver', () => {
  const directory = temporaryDirectory('certificates');
  let root: Material;
  let host: PkiHost;
  let counted: Counted;
  let observer: CertificateObserver;

  before(async () => {
    root = await newRoot();
  });
  beforeEach(() => {
    host = new PkiHost(directory());
    counted = new Counted();
    observer = new CertificateObserver({ files: counted.files, formats: counted.formats, now: later });
  });

  const look = (...names: readonly string[]): Promise<ObservedCertificates> =>
    observer.observe(
      desiredState(host.authority(), ...(names.length === 0 ? ['web'] : names).map((name) => host.certificate(name))),
    );
  const pairOf = async (): Promise<ObservedPair> => {
    const pair = (await look()).pairs[WEB];
    if (pair === undefined) throw new Error('no pair');
    return pair;
  };
  const authorityNow = async () => {
    const found = (await look()).authorities[ROOT];
    if (found === undefined) throw new Error('no authority');
    return found;
  };
  const issued = async (): Promise<string> => {
    host.writeRoot(root);
    return host.goLive(await host.issue(root), root.certificate);
  };
  const webFile = (version: string, name: string): string => host.at('live/web', version, name);

  it('finds nothing where there is nothing, not even the directories', async () => {
    rmSync(directory(), { recursive: true });
    const found = await look();
    const missing = { state: 'missing' };
    expect(found.authorities[ROOT]).to.deep.equal({
      certificate: missing,
      key: missing,
      keyMode: 0,
      bundle: missing,
    });
    const pair = found.pairs[WEB];
    expect(pair).to.deep.include({ live: undefined, liveSince: 0, certificate: missing, key: missing, trust: missing });
    expect(pair).to.deep.include({ isLinked: false, others: [], pending: undefined, signed: missing });
    expect(pair?.paths.directory.type).to.equal('missing');
  });

  it('reads an authority, and of its key only what anybody may know', async () => {
    host.writeRoot(root);
    const found = await authorityNow();
    if (found.certificate.state !== 'parsed' || found.key.state !== 'parsed') throw new Error('not parsed');
    const [certificate] = found.certificate.certificates;
    expect(certificate?.isSelfSigned).to.equal(true);
    expect(certificate?.signedBy).to.deep.equal([certificate?.fingerprint]);
    expect(Object.keys(found.key).sort()).to.deep.equal(['keyAlgorithm', 'publicKey', 'state']);
    expect(found.key.publicKey).to.equal(certificate?.publicKey);
    expect(found.keyMode).to.equal(0o400);
    expect(JSON.stringify(found)).not.to.contain('PRIVATE KEY');
  });

  it('reads the live pair with owner and mode of all its parts, and takes no digest', async () => {
    const version = await issued();
    const pair = await pairOf();
    expect(pair).to.include({ live: version, isLinked: true });
    if (pair.certificate.state !== 'parsed' || pair.key.state !== 'parsed') throw new Error('not parsed');
    expect(pair.certificate.certificates[0]?.publicKey).to.equal(pair.key.publicKey);
    expect(Object.values(pair.paths).map(({ type, mode }) => [type, mode])).to.deep.equal([
      ['directory', 0o755],
      ['directory', 0o755],
      ['file', 0o444],
      ['file', 0o400],
      ['file', 0o444],
    ]);
    expect(JSON.stringify(pair)).not.to.contain('digest').and.not.to.contain('PRIVATE KEY');
  });

  it('says who signed it among all in the certificate and in the bundle of its issuer', async () => {
    const next = await newRoot();
    host.writeRoot(next, [next.certificate, root.certificate]);
    await host.goLive(await host.issue(root), root.certificate);
    const { authorities, pairs } = await look();
    const bundle = authorities[ROOT]?.bundle;
    const pair = pairs[WEB];
    if (bundle?.state !== 'parsed' || pair?.certificate.state !== 'parsed') throw new Error('not parsed');
    const [present, previous] = bundle.certificates;
    expect(present?.signedBy).to.deep.equal([present?.fingerprint]);
    expect(previous?.signedBy).to.deep.equal([previous?.fingerprint]);
    expect(pair.certificate.certificates[0]?.signedBy).to.deep.equal([previous?.fingerprint]);

    host.writeRoot(next);
    const after = (await pairOf()).certificate;
    expect(after.state === 'parsed' && after.certificates[0]?.signedBy).to.deep.equal([]);
  });

  it('does no more than a few calls for each of 200 certificates that did not change', async () => {
    host.writeRoot(root);
    const names = Array.from({ length: 200 }, (_, index) => `svc${index}`);
    const pair = await host.issue(root);
    for (const name of names) host.place(pair, root.certificate, host.certificate(name).spec);
    const first = await look(...names);
    const counts = counted.take();
    expect(counts).to.include({ parse: 402, parseKey: 201, list: 200 });
    // One leaf and one root, in however many files.
    expect(counts['verify']).to.equal(2);

    const second = await look(...names);
    expect(counted.take()).to.deep.equal({ status: 3 + 200 * 7 });
    expect(second.pairs).to.equal(first.pairs);
    expect(second.authorities).to.equal(first.authorities);
  });

  it('reads again only what changed, and keeps all that says the same', async () => {
    const version = await issued();
    const first = await look();
    counted.take();
    chmodSync(webFile(version, 'tls.key'), 0o600);
    const second = await look();
    expect(counted.take()).to.include({ parseKey: 1, read: 1 }).and.not.have.any.keys('parse', 'verify', 'list');
    expect(second.authorities).to.equal(first.authorities);
    expect(second.pairs[WEB]).not.to.equal(first.pairs[WEB]);
    expect(second.pairs[WEB]?.paths.key.mode).to.equal(0o600);
  });

  it('reads again what was written a moment ago, though it looks the same, and returns the same objects', async () => {
    observer = new CertificateObserver({ files: counted.files, formats: counted.formats, now: () => 0 });
    await issued();
    const first = await look();
    const counts = counted.take();
    expect((await look()).pairs).to.equal(first.pairs);
    expect(counted.take()).to.include({ parse: counts['parse'], parseKey: counts['parseKey'] });
  });

  it('never mixes two versions when another one goes live during the look', async () => {
    await issued();
    const next = await host.issue(root);
    let flipped: Promise<string> | undefined;
    counted.beforeStatus = async (path) => {
      if (path.endsWith('/tls.key')) await (flipped ??= host.goLive(next, root.certificate));
    };
    const pair = await pairOf();
    if (pair.certificate.state !== 'parsed' || pair.key.state !== 'parsed') throw new Error('not parsed');
    expect(pair.certificate.certificates[0]?.publicKey).to.equal(pair.key.publicKey);
    expect(pair.live).not.to.equal(await flipped);
    expect(pair.others).to.deep.equal([]);
    const after = await pairOf();
    expect(after).to.deep.include({ live: await flipped, others: [pair.live] });
  });

  it('looks once more when the version that was live is gone', async () => {
    const version = await issued();
    const next = await host.issue(root);
    let flipped: Promise<string> | undefined;
    counted.beforeStatus = async (path) => {
      if (!path.endsWith('/tls.crt') || flipped !== undefined) return;
      flipped = host.goLive(next, root.certificate);
      await flipped;
      rmSync(host.at('live/web', version), { recursive: true });
    };
    const pair = await pairOf();
    expect(pair.live).to.equal(await flipped);
    expect([pair.certificate.state, pair.key.state, pair.trust.state]).to.deep.equal(['parsed', 'parsed', 'parsed']);
  });

  it('says since when the live version is live, and again when it is exchanged', async () => {
    const at = (): number => lstatSync(host.at('live/web/..data')).ctimeMs;
    await issued();
    const first = (await pairOf()).liveSince;
    expect(first).to.be.closeTo(at(), 1);
    // A file of it that is touched goes live no second time.
    await eventually(() => expect(Date.now()).to.be.greaterThan(first + 20));
    chmodSync(webFile((await pairOf()).live ?? '', 'tls.key'), 0o600);
    expect((await pairOf()).liveSince).to.equal(first);
    await host.goLive(await host.issue(root), root.certificate);
    const second = (await pairOf()).liveSince;
    expect(second).to.be.closeTo(at(), 1).and.to.be.greaterThan(first);
    rmSync(host.at('live/web/..data'));
    expect((await pairOf()).liveSince).to.equal(0);
  });

  it('lists other versions, and nothing else that lies there', async () => {
    const first = await issued();
    const second = await host.goLive(await host.issue(root), root.certificate);
    mkdirSync(host.at('live/web/..1700000000000-deadbeef'));
    mkdirSync(host.at('live/web/notes'));
    expect(await pairOf()).to.deep.include({ live: second, others: ['..1700000000000-deadbeef', first] });
  });

  it('tells a stable name that leads elsewhere, and a live link that does', async () => {
    await issued();
    renameSync(host.at('live/web/ca.crt'), host.at('live/web/old'));
    symlinkSync('/etc/ca.crt', host.at('live/web/ca.crt'));
    expect((await pairOf()).isLinked).to.equal(false);
    rmSync(host.at('live/web/..data'));
    symlinkSync('/etc', host.at('live/web/..data'));
    expect(await pairOf()).to.deep.include({ live: undefined, certificate: { state: 'missing' } });
    rmSync(host.at('live/web/..data'));
    writeFileSync(host.at('live/web/..data'), 'x');
    expect((await pairOf()).live).to.equal(undefined);
  });

  it('follows no symlink below the directory', async () => {
    const version = await issued();
    rmSync(webFile(version, 'tls.key'));
    symlinkSync(host.at('private/root.key'), webFile(version, 'tls.key'));
    const pair = await pairOf();
    expect(pair.key).to.deep.include({
      state: 'unreadable',
      error: `${webFile(version, 'tls.key')} is a symlink, not a file`,
    });
    expect(pair.paths.key.type).to.equal('symlink');
    renameSync(host.at('live/web', version), host.at('elsewhere'));
    symlinkSync(host.at('elsewhere'), host.at('live/web', version));
    const moved = await pairOf();
    expect(moved).to.deep.include({ live: version, certificate: { state: 'missing' } });
    expect(moved.paths.version.type).to.equal('symlink');
  });

  it('says that it is not known what there is when a parent is no directory', async () => {
    writeFileSync(host.at('file'), '');
    const spec = { ...host.certificate().spec, directory: host.at('file/web'), signed: host.at('file/web.crt') };
    const { pairs } = await observer.observe(desiredState({ ...host.certificate(), spec }));
    for (const state of [pairs[WEB]?.certificate, pairs[WEB]?.key, pairs[WEB]?.signed]) {
      expect(state).to.include({ state: 'unreadable' });
      expect(JSON.stringify(state)).to.contain('something above it is not a directory').and.not.contain('ENOTDIR');
    }
  });

  describe('of an authority', () => {
    const broken: Readonly<Record<string, [(path: string) => void, string, RegExp]>> = {
      'that is a directory': [(path) => mkdirSync(path), 'unreadable', /^is a directory, not a file$/],
      'that is a symlink to itself': [
        (path) => symlinkSync(path, path),
        'unreadable',
        /^cannot be read: a loop of symlinks$/,
      ],
      'that is a symlink to nothing': [
        (path) => symlinkSync('/none', path),
        'unreadable',
        /^is a symlink that leads nowhere$/,
      ],
      'that is empty': [(path) => writeFileSync(path, ''), 'unparsable', /^is empty$/],
      'that is garbage': [(path) => writeFileSync(path, 'planted rubbish'), 'unparsable', /^cannot be used: /],
      'that is huge': [
        (path) => (writeFileSync(path, ''), truncateSync(path, PARSED_SIZE_LIMIT + 1)),
        'unparsable',
        /^is larger than 1 MiB$/,
      ],
    };
    for (const [what, [make, state, error]] of Object.entries(broken)) {
      it(`a file ${what} is a value, without the path that whoever tells it puts before it`, async () => {
        for (const path of ['certs/root.crt', 'private/root.key', 'certs/root-bundle.crt']) make(host.at(path));
        const found = await authorityNow();
        for (const file of [found.certificate, found.key, found.bundle]) {
          expect(file.state).to.equal(state);
          expect('error' in file && file.error)
            .to.match(error)
            .and.not.contain('root');
          expect(JSON.stringify(file)).not.to.contain('planted');
        }
      });
    }

    it('a file that cannot be read is read again without a change of it', async () => {
      host.writeRoot(root);
      const denied = (): Promise<Buffer> => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }));
      const files: HostFiles = { ...counted.files, read: denied };
      observer = new CertificateObserver({ files, now: later });
      expect((await authorityNow()).certificate).to.deep.equal({
        state: 'unreadable',
        error: 'cannot be read: permission denied',
      });
      files.read = (path, links, limit) => counted.files.read(path, links, limit);
      expect((await authorityNow()).certificate.state).to.equal('parsed');
    });

    it('files may be symlinks, and what they lead to may change', async () => {
      host.writeRoot(root);
      renameSync(host.at('certs/root.crt'), host.at('real.crt'));
      symlinkSync(host.at('real.crt'), host.at('certs/root.crt'));
      const before = (await authorityNow()).certificate;
      expect(before.state === 'parsed' && before.certificates).to.have.length(1);
      appendFileSync(host.at('real.crt'), (await newRoot()).certificate);
      const after = (await authorityNow()).certificate;
      expect(after.state === 'parsed' && after.certificates).to.have.length(2);
    });
  });

  it('sees what waits for a signature, whether it is published, and what was signed', async () => {
    host.writeRoot(root);
    const { spec } = host.certificate();
    const { certificate, key } = await host.issue(root);
    const pending = join(spec.directory, '..pending');
    mkdirSync(pending, { recursive: true });
    writeFileSync(join(pending, 'tls.key'), key);
    writeFileSync(join(pending, 'identity'), 'abc\n');
    writeFileSync(join(pending, 'request.csr'), 'request');
    expect((await pairOf()).pending).to.deep.include({ identity: 'abc', isPublished: false });
    writeFileSync(spec.request, 'another');
    expect((await pairOf()).pending?.isPublished).to.equal(false);
    writeFileSync(spec.request, readFileSync(join(pending, 'request.csr')));
    writeFileSync(spec.signed, certificate);
    const pair = await pairOf();
    expect(pair.pending?.isPublished).to.equal(true);
    if (pair.signed.state !== 'parsed' || pair.pending?.key.state !== 'parsed') throw new Error('not parsed');
    expect(pair.signed.certificates[0]?.publicKey).to.equal(pair.pending.key.publicKey);
    expect(pair.signed.certificates[0]?.signedBy).to.have.length(1);
    expect(Object.keys(pair.pending.key).sort()).to.deep.equal(['keyAlgorithm', 'publicKey', 'state']);
    rmSync(pending, { recursive: true });
    expect((await pairOf()).pending).to.equal(undefined);
  });
});
