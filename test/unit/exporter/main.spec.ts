import { spawn, type ChildProcess } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

describe('program of the exporter', () => {
  const directory = temporaryDirectory('exporter-main');
  let child: ChildProcess | undefined;
  let told = '';

  const start = (...given: string[]): Promise<number | null> => {
    told = '';
    const started = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'src/exporter/main.ts'), ...given], {
      cwd: ROOT,
      env: { ...process.env, ADGUARD_EXPORTER_CONFIG: '' },
    });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    return new Promise((resolve) => started.on('close', resolve));
  };
  const configure = (document: unknown): string => {
    const path = join(directory(), 'config.json');
    writeFileSync(path, JSON.stringify(document));
    return path;
  };
  const listen = {
    host: '127.0.0.1',
    port: 0,
    tls: { certificate: '/none/c', key: '/none/k', clientAuthority: '/none/a' },
  };

  afterEach(() => {
    if (child?.exitCode === null) child.kill('SIGKILL');
  });

  it('says how it is used', async () => {
    expect(await start()).to.equal(2);
    expect(told).to.match(/^usage: adguard-exporter --config FILE/);
    expect(await start('--config', 'a', 'b')).to.equal(2);
  }).timeout(30_000);

  it('reads Node and its libraries when that is all that is asked', async () => {
    expect(await start('--read-node')).to.equal(0);
    const [, bytes = '0', files = '0'] = /^read (\d+) bytes in (\d+) files$/.exec(told.trim()) ?? [];
    expect(Number(bytes)).to.be.at.least(statSync(process.execPath).size);
    expect(Number(files)).to.be.above(0);
    expect(await start('--read-node', 'more')).to.equal(2);
  }).timeout(30_000);

  it('says all that is wrong with its configuration, and where', async () => {
    const path = configure({
      listen,
      zones: [
        { name: 'lan', subnets: ['x'] },
        { name: 'lan', subnets: [] },
      ],
    });
    expect(await start('--config', path, '--check')).to.equal(2);
    expect(told.trim().split('\n')).to.deep.equal([
      `${path}: zones[0].subnets[0] must be a subnet such as 192.168.1.0/24 or fd00::/8, is x`,
      `${path}: zones[1].name is the name of an earlier zone, too: lan`,
    ]);
    expect(await start('--config', join(directory(), 'none'))).to.equal(2);
    expect(told).to.contain('ENOENT');
    expect(await start('--config', configure({ listen, zones: [] }), '--check')).to.equal(0);
    expect(told).to.equal('');
  }).timeout(30_000);

  it('stays when everything is away, says so, and ends when told to', async () => {
    const adguard = { url: 'http://127.0.0.1:1' };
    const path = configure({ listen, zones: [], adguard, accessLog: { path: '/none/access.log' } });
    const ended = start('--config', path);
    await eventually(
      () => {
        for (const part of ['server: ENOENT', 'adguard query log: 127.0.0.1:1: connect ECONNREFUSED'])
          expect(told).to.contain(part);
      },
      { within: 20_000 },
    );
    for (const line of told.trim().split('\n')) expect(JSON.parse(line)).to.include.keys('time', 'level', 'message');
    expect(child?.exitCode).to.equal(null);
    child?.kill('SIGTERM');
    expect(await ended).to.equal(0);
  }).timeout(40_000);
});
