import { expect } from 'chai';
import { parseArguments, resolveSettings, type Settings } from '../../../src/cli/arguments.ts';
import { UsageError } from '../../../src/cli/errors.ts';
import { listenPlan } from '../../../src/cli/listen-plan.ts';
import { COMMON_OPTIONS, LISTEN_OPTION, SCHEDULE_OPTION, TLS_OPTIONS } from '../../../src/cli/options.ts';
import { command } from '../../../src/cli/run.ts';
import { expectUsageError, memoryOutput } from './support.ts';

function planOf(more: Partial<Settings>): ReturnType<typeof listenPlan> {
  return listenPlan({ listen: '127.0.0.1:9479', ...more } as Settings);
}

const PAIR = { tlsCert: '/pki/tls.crt', tlsKey: '/pki/tls.key' };
const ALL = { ...PAIR, tlsClientCa: '/pki/ca.crt' };

describe('where the operator listens', () => {
  it('is loopback in plain, unless told otherwise', () => {
    expect(planOf({})).to.deep.equal({ on: { host: '127.0.0.1', port: 9479 }, tls: undefined });
    expect(planOf({ listen: 'none' }).on).to.equal(undefined);
    expect(planOf(PAIR).tls).to.deep.equal({ certificate: '/pki/tls.crt', key: '/pki/tls.key' });
  });

  it('needs certificate and key together', () => {
    expect(() => planOf({ tlsCert: '/c' })).to.throw(UsageError, '--tls-key FILE');
    expect(() => planOf({ tlsKey: '/k' })).to.throw(UsageError, '--tls-cert FILE');
    expect(() => planOf({ tlsClientCa: '/a' })).to.throw(UsageError, '--tls-cert FILE and --tls-key FILE');
  });

  for (const listen of [
    ':9479',
    '0.0.0.0:9479',
    '[::]:9479',
    '192.168.1.77:9479',
    'bastion.lab:9479',
    '127.evil.example:1',
  ])
    it(`is ${listen} only for clients with a certificate`, () => {
      expect(() => planOf({ listen })).to.throw(UsageError, '--tls-client-ca FILE, or listen on 127.0.0.1');
      expect(() => planOf({ listen, ...PAIR })).to.throw(UsageError, 'require client certificates');
      expect(planOf({ listen, ...ALL }).tls?.clientAuthority).to.equal('/pki/ca.crt');
    });

  for (const listen of ['localhost:1', '127.0.0.2:1', '[::1]:1'])
    it(`is ${listen} for everybody on this machine`, () => {
      expect(planOf({ listen }).tls).to.equal(undefined);
    });

  it('is refused by run before anything is touched, and so is a schedule that is none', async () => {
    for (const [flags, message] of [
      [['--listen', '0.0.0.0:1'], 'can be reached from other machines'],
      [['--tls-cert', 'x'], '--tls-cert needs the key'],
      [['--check-schedule', 'sometimes'], '--check-schedule sometimes: '],
    ] as const) {
      const options = { ...COMMON_OPTIONS, ...LISTEN_OPTION, ...TLS_OPTIONS, ...SCHEDULE_OPTION };
      const parsed = parseArguments(['--state', '/nowhere/bastion', ...flags], options);
      const settings = await resolveSettings(parsed, options, options, { BASTION_CONFIG: '' });
      const context = { settings, positionals: [], environment: {}, signal: AbortSignal.abort() };
      await expectUsageError(() => command({ ...context, output: memoryOutput(), errors: memoryOutput() }), message);
    }
  });
});
