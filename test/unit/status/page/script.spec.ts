import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { runCommand } from '../../../../scripts/support/run-command.ts';
import { formatDuration } from '../../../../src/model/format-change.ts';
import { ago } from '../../../../src/status/times.ts';

const ROOT = join(fileURLToPath(import.meta.url), '../../../../..');
const BROWSER = join(ROOT, 'src/status/page/browser');

interface AgeScript {
  formatDuration(milliseconds: number): string;
  ago(iso: string, now: number): string;
}

describe('the script of the status page', () => {
  it('says how long ago something was in the words of the server', async () => {
    // A path that the compiler does not follow: the script has types of its own.
    const script = (await import(`${BROWSER}/age.js`)) as AgeScript;
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 400_000_000 }), (age) => {
        expect(script.formatDuration(age)).to.equal(formatDuration(age));
        const iso = new Date(1_000_000_000_000).toISOString();
        expect(script.ago(iso, 1_000_000_000_000 + age)).to.equal(ago(iso, 1_000_000_000_000 + age));
      }),
    );
  });

  it('has no type error', async function () {
    this.timeout(60_000);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { code, output } = await runCommand([process.execPath, compiler, '-p', BROWSER], {});
    expect(code, output).to.equal(0);
  });
});
