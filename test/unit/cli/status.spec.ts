import { join } from 'node:path';
import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import { command } from '../../../src/cli/status.ts';
import { createStatusServer, type StatusServer } from '../../../src/status/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { snapshot } from '../../support/trace-events.ts';
import { memoryOutput } from './support.ts';

describe('bastion status', () => {
  const directory = temporaryDirectory('status');
  let server: StatusServer | undefined;
  beforeEach(() => {
    server = undefined;
  });
  afterEach(() => server?.close());

  it('names places below the directory that the operator reads, whatever its own flags say', async () => {
    const finding = {
      severity: 'error',
      rule: 'schema',
      source: { file: 'web.yaml', line: 3, column: 5 },
      message: 'must be a number',
    } as const;
    const told = snapshot({
      desiredDirectory: '/where/the/operator/reads',
      findings: [finding],
      warnings: ['x holds nothing; bastion status lists the resources'],
    });
    server = await createStatusServer(
      {
        snapshot: () => told,
        metrics: () => Promise.resolve(''),
        history: () => [],
        now: () => 0,
        live: () => ({ ok: true, reason: '' }),
        ready: () => ({ ok: true, reason: '' }),
        reconcile: () => undefined,
        retry: () => undefined,
        backUp: () => false,
        testNotification: () => Promise.resolve(undefined),
        renew: () => 'unknown',
      },
      { socket: join(directory(), 'control.sock') },
    );
    const parsed = parseArguments(['--state', directory(), '--desired-state', '/of/the/flags'], COMMON_OPTIONS);
    const settings = await resolveSettings(parsed, COMMON_OPTIONS, COMMON_OPTIONS, { BASTION_CONFIG: '' });
    const output = memoryOutput();
    const { signal } = new AbortController();
    await command({ settings, positionals: [], environment: {}, output, errors: memoryOutput(), signal });
    expect(output.text).to.contain('  /where/the/operator/reads/web.yaml:3:5: must be a number');
    expect(output.text).to.contain(`; bastion status --desired-state /of/the/flags --state ${directory()} lists`);
  });
});
