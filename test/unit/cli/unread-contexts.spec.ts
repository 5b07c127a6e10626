import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { skipBecause } from '../../support/skip.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from '../desired/desired-directory.ts';
import { memoryOutput } from './support.ts';

const CONTEXT_BYTES = 64 << 20;
const ACCOUNT = '/proc/self/io';

/** What this process has read of files so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(ACCOUNT, 'utf8'))?.[1]);
}

describe('commands that build nothing', () => {
  const directory = temporaryDirectory('unread-contexts');
  before(function () {
    if (process.platform !== 'linux') skipBecause(this, `there is no ${ACCOUNT}`);
  });

  async function call(...args: string[]) {
    const desired = join(directory(), 'desired');
    writeFiles(desired, {
      'a.yaml': [
        manifest('Bastion', 'home'),
        manifest('Image', 'app', '{reference: "app:1", build: {context: ctx}}'),
      ].join('---\n'),
    });
    mkdirSync(join(desired, 'ctx'), { recursive: true });
    writeFileSync(join(desired, 'ctx/Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(desired, 'ctx/large'), '');
    truncateSync(join(desired, 'ctx/large'), CONTEXT_BYTES);
    const output = memoryOutput();
    const before = bytesRead();
    const state = join(directory(), 'state');
    const settings = ['--desired-state', desired, '--state', state];
    const streams = { output: () => output, errors: () => output };
    const code = await dispatch([...args, ...settings], { BASTION_CONFIG: '' }, streams);
    return { code, text: output.text, read: bytesRead() - before };
  }

  const COMMANDS = [['validate'], ['render'], ['completion', 'names', 'Image'], ['backup']];
  for (const args of COMMANDS)
    it(`do not read what an image is built of: ${args.join(' ')}`, async () => {
      const { code, text, read } = await call(...args);
      expect(code, text).to.equal(0);
      expect(read).to.be.lessThan(CONTEXT_BYTES);
    });
});
