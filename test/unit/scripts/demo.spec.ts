import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { demoArguments } from '../../../scripts/support/demo-arguments.ts';
import { demoDocker } from '../../../scripts/support/demo-docker.ts';
import { demoEnding, farewell } from '../../../scripts/support/demo-ending.ts';
import { runCommand } from '../../../scripts/support/run-command.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

describe('npm run demo', function () {
  this.timeout(20_000);

  describe('says, when its operator has ended,', () => {
    const record = { host: 'unix:///x.sock', privateEngine: true, images: [] };

    it('what goes on and what can be done now', () => {
      const ending = demoEnding({ ...record, operator: 7 }, 7);
      expect(farewell(ending, record)).to.contain(
        'its containers keep running, as does the private engine at unix:///x',
      );
      expect(farewell(ending, { ...record, privateEngine: false }))
        .to.contain('keep running.\n')
        .and.not.contain('x.sock');
    });

    it('that it is being removed, whether or not that is over', () => {
      for (const found of [undefined, { ...record, operator: 7, endedBy: 'down' }] as const) {
        const text = farewell(demoEnding(found, 7), record);
        expect(text).to.contain('--down, which removes all').and.not.contain('keep running');
      }
    });

    it('that another goes on in its place, whether or not that has an operator yet', () => {
      for (const found of [{ ...record, operator: 7, endedBy: 'up' }, { ...record, operator: 8 }, record] as const)
        expect(farewell(demoEnding(found, 7), record))
          .to.contain('another npm run demo')
          .and.not.contain('keep running');
    });
  });

  it('calls docker so that it reaches the demo in a terminal that exports nothing, or something else', () => {
    const standard = 'unix:///var/run/docker.sock';
    expect(demoDocker('unix:///x.sock', 'unix:///x.sock')).to.equal('docker -H unix:///x.sock');
    expect(demoDocker('unix:///x.sock', undefined)).to.equal('docker -H unix:///x.sock');
    expect(demoDocker(standard, 'tcp://gone:2375')).to.equal(`docker -H ${standard}`);
    for (const exported of [undefined, '', standard]) expect(demoDocker(standard, exported)).to.equal('docker');
  });

  describe('on a command line', () => {
    const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      runCommand([process.execPath, '--import', 'tsx', join(ROOT, 'scripts/demo.ts'), ...args], {
        env: { ...process.env, ...env },
      });

    it('has a help, which starts nothing', async () => {
      for (const flag of ['--help', '-h']) {
        const { code, output } = await run([flag]);
        expect(code).to.equal(0);
        expect(output).to.contain('npm run demo -- --down').and.to.contain('Exit codes:').and.not.contain('demo: ');
      }
    });

    it('does what was meant where npm took the flag for its own, and says how it reaches the demo', async () => {
      expect(demoArguments([], { npm_config_down: 'true' })).to.deep.equal({
        down: true,
        help: false,
        takenByNpm: ['down'],
      });
      // --no-down, --down=false, and what reached the demo itself
      for (const npm_config_down of [undefined, '', 'false'])
        expect(demoArguments([], { npm_config_down })).to.include({ down: false, help: false });
      expect(demoArguments(['--down'], { npm_config_down: 'true' })).to.deep.include({ down: true, takenByNpm: [] });
      const { code, output } = await run([], { npm_config_help: 'true' });
      expect(code).to.equal(0);
      expect(output)
        .to.contain('npm took --help for its own: npm run demo -- --help is what reaches')
        .and.to.contain('Exit codes:');
    });

    it('refuses what it does not know, and says where the help is', async () => {
      const { code, output } = await run(['--dwon']);
      expect(code).to.equal(64);
      expect(output).to.contain("'--dwon'").and.to.contain('npm run demo -- --help');
    });
  });

  describe('on a clean checkout', () => {
    const directory = temporaryDirectory('checkout');

    /** What it prints with a npm that does as the script says. */
    async function start(script: string) {
      const checkout = directory();
      for (const folder of ['scripts', 'bin']) mkdirSync(join(checkout, folder));
      copyFileSync(join(ROOT, 'scripts/run.mjs'), join(checkout, 'scripts/run.mjs'));
      writeFileSync(join(checkout, 'scripts/demo.ts'), "console.log('the demo');\n");
      for (const file of ['package.json', 'package-lock.json']) writeFileSync(join(checkout, file), '{}');
      writeFileSync(join(checkout, 'bin/npm'), `#!/bin/sh\necho noise\necho more >&2\n${script}\n`);
      chmodSync(join(checkout, 'bin/npm'), 0o755);
      const env = { PATH: `${join(checkout, 'bin')}:${process.env['PATH']}` };
      return runCommand([process.execPath, join(checkout, 'scripts/run.mjs'), 'demo'], { env });
    }

    it('keeps what npm has to say to itself', async () => {
      const { code, output } = await start(`ln -s '${join(ROOT, 'node_modules')}' node_modules`);
      expect({ code, output }).to.deep.equal({ code: 0, output: 'Installing dependencies: npm ci\nthe demo\n' });
    });

    it('prints it where npm fails', async () => {
      const { code, output } = await start('exit 3');
      expect(code).to.equal(1);
      expect(output).to.contain('noise').and.to.contain('more').and.to.contain('npm ci failed (exit code 3)');
      expect(output).to.not.contain('the demo');
    });
  });
});
