import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { mustRun, runCommand } from '../../../scripts/support/run-command.ts';
import { builtExecutable } from '../../support/bundle.ts';
import { blocksOf, pages, proseOf, readPage } from '../../support/documentation/blocks.ts';
import { requireProgram } from '../../support/require-program.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const UNITS = ['bastion.service', 'bastion-owner.socket', 'bastion-owner.service'];
/** Tenths; `systemd-analyze security --threshold`. */
const WORST_EXPOSURE = 15;

/** Lines of a unit without comments. */
function settings(unit: string): string[] {
  const text = readFileSync(join(ROOT, 'systemd', unit), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('what is installed', function () {
  this.timeout(60_000);
  let scratch: string;
  let installed: string;

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'bastion-install-'));
    installed = join(scratch, 'root');
    await builtExecutable();
    await runCommand(['touch', join(ROOT, 'dist/bastion.js')]);
    await mustRun([join(ROOT, 'install')], { env: { DESTDIR: installed } });
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  const list = (): string[] =>
    readFileSync(join(installed, 'usr/local/lib/bastion/installed-files'), 'utf8').trim().split('\n');

  it('runs from where it is', async () => {
    expect(await mustRun([join(installed, 'usr/local/lib/bastion/bin/bastion'), 'version'])).to.match(/^bastion \d/);
    for (const path of ['bin/under-systemd', 'bin/change-owner', 'uninstall'])
      expect(statSync(join(installed, 'usr/local/lib/bastion', path)).mode & 0o777, path).to.equal(0o755);
  });

  it('has units that systemd-analyze finds nothing about', async function () {
    await requireProgram(this, 'systemd-analyze');
    for (const unit of UNITS) {
      const text = readFileSync(join(installed, 'usr/local/lib/systemd/system', unit), 'utf8');
      writeFileSync(join(scratch, unit), text.replaceAll('=/usr/local/', `=${installed}/usr/local/`));
    }
    const { code, output } = await runCommand([
      'systemd-analyze',
      'verify',
      '--man=no',
      ...UNITS.map((unit) => join(scratch, unit)),
    ]);
    // What it says of other units of this machine is not ours.
    expect(output.split('\n').filter((line) => line.includes('bastion'))).to.deep.equal([]);
    expect(code).to.equal(0);
  });

  it('has a sandbox that scores 1.5 at most', async function () {
    await requireProgram(this, 'systemd-analyze');
    for (const unit of UNITS.filter((name) => name.endsWith('.service'))) {
      const file = join(ROOT, 'systemd', unit);
      const threshold = `--threshold=${WORST_EXPOSURE}`;
      await mustRun(['systemd-analyze', 'security', '--offline=yes', '--no-pager', threshold, file]);
    }
  });

  it('never lets the service write gates, holds or the desired state', () => {
    const lines = settings('bastion.service');
    expect(lines).to.include('ProtectSystem=strict');
    expect(lines.find((line) => line.startsWith('ExecStart='))).to.contain('--strict-gates');
    const writable = lines.filter((line) => /^(ReadWritePaths|BindPaths|ConfigurationDirectory)=/.test(line)).join(' ');
    expect(writable).to.equal('ReadWritePaths=-/opt/core -/etc/pki/homelab -/etc/bastion/secrets');
    expect(
      readdirSync(join(ROOT, 'systemd')).filter(
        (name) => !readFileSync(join(ROOT, 'systemd', name), 'utf8').includes('#'),
      ),
    ).to.deep.equal([]);
  });

  it('may reach any network, and no page says otherwise', () => {
    expect(settings('bastion.service').filter((line) => line.startsWith('IPAddress'))).to.deep.equal([]);
    for (const page of pages())
      expect(proseOf(readPage(page)).replaceAll('\n', ' '), page).not.to.match(/private networks only|needs a drop-in/);
    // The one page that shows how to narrow it says so.
    const shown = pages().filter((page) => blocksOf(page).some(({ text }) => text.includes('IPAddressDeny=')));
    expect(shown).to.deep.equal(['docs/install.md']);
    const allowing = pages().filter((page) => blocksOf(page).some(({ text }) => /IPAddressAllow=any/.test(text)));
    expect(allowing).to.deep.equal([]);
  });

  it('writes by default where Bastion puts files', () => {
    interface Schema {
      readonly properties: { readonly spec: { readonly properties: Record<string, { readonly default?: string }> } };
    }
    const schema = JSON.parse(readFileSync(join(ROOT, 'crds-like/bastion.schema.json'), 'utf8')) as Schema;
    const { dataDirectory, pkiDirectory } = schema.properties.spec.properties;
    const paths = settings('bastion.service').find((line) => line.startsWith('ReadWritePaths='));
    expect(paths).to.equal(`ReadWritePaths=-${dataDirectory?.default} -${pkiDirectory?.default} -/etc/bastion/secrets`);
    for (const path of [dataDirectory?.default, pkiDirectory?.default])
      expect(
        settings('bastion.tmpfiles').some((line) => line.split(/\s+/)[1] === path),
        path,
      ).to.equal(true);
  });

  it('is not installed where a program is missing without which the operator does not start', async () => {
    const few = join(scratch, 'few');
    mkdirSync(few);
    for (const program of ['dirname', 'id', 'uname', 'sh']) symlinkSync(`/usr/bin/${program}`, join(few, program));
    const elsewhere = join(scratch, 'elsewhere');
    const { code, output } = await runCommand([join(ROOT, 'install')], { env: { DESTDIR: elsewhere, PATH: few } });
    expect(code).to.equal(1);
    expect(output).to.contain('flock').and.to.contain('apt-get install util-linux');
    expect(existsSync(elsewhere)).to.equal(false);
  });

  it('has every variable of install and uninstall in the documentation', () => {
    for (const script of ['install', 'uninstall']) {
      const text = readFileSync(join(ROOT, script), 'utf8');
      const variables = [...text.matchAll(/\$\{([A-Z_]+):-\}/g)].map(([, name]) => name ?? '');
      expect(variables, script).to.include('DESTDIR');
      for (const name of variables) expect(readPage('docs/install.md'), script).to.contain(`${name}=`);
    }
  });

  it('takes away what an earlier version put and this one does not have', async () => {
    const forgotten = '/usr/local/lib/systemd/system/bastion.service.d/of-an-earlier-version.conf';
    mkdirSync(dirname(join(installed, forgotten)), { recursive: true });
    writeFileSync(join(installed, forgotten), '[Service]\nMemoryMax=1M\n');
    const foreign = join(dirname(join(installed, forgotten)), 'of-a-person.conf');
    writeFileSync(foreign, '');
    appendFileSync(join(installed, 'usr/local/lib/bastion/installed-files'), `file ${forgotten}\n`);
    await mustRun([join(ROOT, 'install')], { env: { DESTDIR: installed } });
    expect(existsSync(join(installed, forgotten))).to.equal(false);
    expect(list()).not.to.include(`file ${forgotten}`);
    expect(existsSync(foreign)).to.equal(true);
    rmSync(dirname(foreign), { recursive: true });
  });

  it('is the same when it is installed again, and gone when it is uninstalled', async () => {
    const once = list();
    expect(await mustRun([join(ROOT, 'install')], { env: { DESTDIR: installed } })).to.contain('installed: bastion');
    expect(list()).to.deep.equal(once);
    const output = await mustRun([join(installed, 'usr/local/lib/bastion/uninstall')], { env: { DESTDIR: installed } });
    expect(output).to.contain('removed');
    expect(existsSync(join(installed, 'usr'))).to.equal(false);
  });
});
