import { join } from 'node:path';
import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { command } from '../../../src/cli/certs.ts';
import { CommandError } from '../../../src/cli/errors.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import type { StatusSource } from '../../../src/status/request-handler.ts';
import { createStatusServer, type StatusServer } from '../../../src/status/server.ts';
import { certificateStatus } from '../../support/certificate-statuses.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { snapshot } from '../../support/trace-events.ts';
import { expectUsageError, memoryOutput } from './support.ts';

describe('bastion certs', () => {
  const directory = temporaryDirectory('certs');
  let asked: string[];
  let server: StatusServer | undefined;
  beforeEach(() => {
    asked = [];
    server = undefined;
  });
  afterEach(() => server?.close());

  async function startOperator(): Promise<void> {
    const source: StatusSource = {
      snapshot: () =>
        snapshot({ certificates: [certificateStatus(), certificateStatus({ key: 'CertificateAuthority/root' })] }),
      metrics: () => Promise.resolve(''),
      history: () => [],
      now: () => 0,
      live: () => ({ ok: true, reason: '' }),
      ready: () => ({ ok: true, reason: '' }),
      reconcile: () => undefined,
      retry: () => undefined,
      backUp: () => false,
      testNotification: (receiver) => Promise.resolve(receiver === 'phone' ? { phone: { type: 'sent' } } : undefined),
      renew: (name) => {
        if (name === 'new') return 'unissued';
        return name === 'web' ? (asked.push(name), 'asked') : 'unknown';
      },
    };
    server = await createStatusServer(source, { socket: join(directory(), 'control.sock') });
  }

  /** What the command writes. Rejects as it does. */
  async function certs(...args: string[]): Promise<string> {
    const output = memoryOutput();
    const { signal } = new AbortController();
    const parsed = parseArguments([...args, '--state', directory()], COMMON_OPTIONS);
    const settings = await resolveSettings(parsed, COMMON_OPTIONS, COMMON_OPTIONS, { BASTION_CONFIG: '' });
    const { positionals } = parsed;
    const code = await command({ settings, positionals, output, errors: memoryOutput(), environment: {}, signal });
    expect(code).to.equal(0);
    return output.text;
  }

  async function refusal(...args: string[]): Promise<Error> {
    const error: unknown = await certs(...args).catch((reason: unknown) => reason);
    if (!(error instanceof Error)) throw new Error('it was not refused');
    return error;
  }

  it('shows what the running operator tells', async () => {
    await startOperator();
    expect(await certs())
      .to.contain(' web ')
      .and.contain('traefik  same')
      .and.not.contain('not running');
    const json = JSON.parse(await certs('--json')) as { running: boolean; certificates: object[] };
    expect(json.running).to.equal(true);
    expect(json.certificates[0]).to.deep.include({ key: 'Certificate/web', renewalAt: '2026-01-30T00:00:00.000Z' });
  });

  it('renews one by name or key, and says what comes next', async () => {
    await startOperator();
    expect(await certs('renew', 'web'))
      .to.contain('Certificate/web is renewed now')
      .and.contain('bastion history Certificate/web');
    expect(JSON.parse(await certs('renew', 'Certificate/web', '--json'))).to.deep.equal({
      key: 'Certificate/web',
      asked: true,
    });
    expect(asked).to.deep.equal(['web', 'web']);
  });

  it('says what cannot be renewed, and why', async () => {
    const absent = await refusal('renew', 'web');
    expect(absent).to.be.instanceOf(CommandError);
    expect(absent.message).to.contain('no operator runs').and.contain('bastion run');
    await startOperator();
    const unknown = await refusal('renew', 'db');
    expect(unknown).to.be.instanceOf(CommandError);
    expect(unknown.message).to.contain('has no Certificate/db; bastion certs lists the certificates');
    const unissued = await refusal('renew', 'new');
    expect(unissued).to.be.instanceOf(CommandError);
    expect(unissued.message).to.match(/^Certificate\/new has no certificate yet/);
    const authority = await refusal('renew', 'root');
    expect(authority).to.be.instanceOf(CommandError);
    expect(authority.message)
      .to.contain('root is a CertificateAuthority, not a Certificate')
      .and.contain('replaced by rotation (docs/certificates.md)');
    for (const [args, message] of [
      [['renew'], 'renew which certificate?'],
      [['web'], 'did you mean bastion certs renew web?'],
      [['renew', 'CertificateAuthority/root'], 'replaced by rotation (docs/certificates.md)'],
    ] as const)
      await expectUsageError(() => certs(...args), message);
    expect(asked).to.deep.equal([]);
  });
});
