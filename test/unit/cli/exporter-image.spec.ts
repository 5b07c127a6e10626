import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../../src/cli/exporter-context/node-files.ts';
import { writeExporterContext } from '../../../src/cli/exporter-context/write-context.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** What a call that must fail says. */
function failure(call: Promise<void>): Promise<string> {
  return call.then(
    () => 'it did not fail',
    (error: unknown) => String(error),
  );
}

describe('the build context of the exporter', () => {
  const directory = temporaryDirectory('exporter-image');
  const bundle = (): string => {
    const path = join(directory(), 'bundle.js');
    writeFileSync(path, 'the program');
    return path;
  };

  it('on an image with Node is a Dockerfile and the program', async () => {
    const context = join(directory(), 'deep', 'context');
    await writeExporterContext(context, { bundle: bundle(), node: 'node:20.1.0-slim' });
    expect(readdirSync(context).sort()).to.deep.equal(['Dockerfile', 'adguard-exporter.js']);
    expect(readFileSync(join(context, 'adguard-exporter.js'), 'utf8')).to.equal('the program');
    const lines = readFileSync(join(context, 'Dockerfile'), 'utf8').split('\n');
    expect(lines).to.include.members([
      'FROM node:20.1.0-slim',
      'COPY adguard-exporter.js /opt/adguard-exporter.js',
      'USER 65532',
      'CMD ["--config","/etc/adguard-exporter/config.json"]',
    ]);
    expect(lines.find((line) => line.startsWith('ENTRYPOINT'))).to.contain('"--max-old-space-size=24"');
  });

  it('on the Node of this host has it and its libraries where they are looked for', async () => {
    const context = join(directory(), 'context');
    const node = [
      { from: bundle(), to: '/usr/local/bin/node' },
      { from: bundle(), to: '/lib64/ld.so' },
    ];
    await writeExporterContext(context, { bundle: bundle(), node });
    expect(readFileSync(join(context, 'Dockerfile'), 'utf8')).to.match(/^FROM scratch\nCOPY rootfs\/ \/$/m);
    for (const { to } of node) expect(statSync(join(context, 'rootfs', to)).mode & 0o777).to.equal(0o755);
    expect(readFileSync(join(context, 'rootfs/etc/passwd'), 'utf8')).to.contain('exporter:x:65532');
  });

  it('takes the place of an earlier one, and of nothing else', async () => {
    const context = join(directory(), 'context');
    const node = [{ from: bundle(), to: '/usr/local/bin/node' }];
    await writeExporterContext(context, { bundle: bundle(), node });
    await writeExporterContext(context, { bundle: bundle(), node: 'node:20.1.0-slim' });
    expect(readdirSync(context).sort()).to.deep.equal(['Dockerfile', 'adguard-exporter.js']);

    const other = join(directory(), 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'notes.txt'), 'mine');
    expect(await failure(writeExporterContext(other, { bundle: bundle(), node: 'node:20.1.0-slim' }))).to.contain(
      'holds notes.txt, which is no part of a build context',
    );
    expect(readdirSync(other)).to.deep.equal(['notes.txt']);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const bare = join(directory(), 'bare');
    mkdirSync(bare);
    const missing = { bundle: join(directory(), 'none.js'), node: 'node:20.1.0-slim' };
    expect(await failure(writeExporterContext(join(bare, 'context'), missing))).to.contain('ENOENT');
    expect(readdirSync(bare)).to.deep.equal([]);
  });

  it('knows the Node that runs, and what it has loaded', () => {
    const files = nodeFiles();
    expect(files[0]).to.deep.equal({ from: process.execPath, to: '/usr/local/bin/node' });
    for (const { from, to } of files) {
      expect(statSync(from).isFile(), from).to.equal(true);
      expect(to).to.match(/^\//);
    }
  });
});
