import { expect } from 'chai';
import { recordRollback } from '../../../src/apply/steps/record-rollback.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { Remember, StepContext } from '../../../src/apply/context.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { containerInspect } from '../observe/sample-host.ts';
import { stepContext } from './step-context.ts';

const SECRET = 'hunter2-and-more';

describe('RecordRollback', () => {
  const args = { specHash: 'v1:a', reason: 'it exited with code 127', container: 'b'.repeat(64) };
  let remembered: unknown[][];
  beforeEach(() => (remembered = []));

  function context(output: string, engine: Partial<Engine> = {}, extra: Partial<StepContext> = {}): StepContext {
    const base = containerInspect(args.container, 'web', {});
    const Config = {
      ...base.Config,
      Env: [`DB_PASSWORD=${SECRET}`, 'MODE=fast', 'DATABASE=postgres://u:in-the-address@db/x'],
      Cmd: ['serve', '--api-token', 'in-an-argument', '--auth=in-an-option'],
    };
    const remember = {
      ...stepContext({}).remember,
      recordRollback: (...call: Parameters<Remember['recordRollback']>) => Promise.resolve(void remembered.push(call)),
    };
    return stepContext(
      {
        logs: () => Promise.resolve(output),
        inspectContainer: () => Promise.resolve({ ...base, Config }),
        ...engine,
      },
      { remember, ...extra },
    );
  }

  /** What is remembered of the log of a container that said this. */
  async function kept(output: string): Promise<string> {
    await recordRollback(args, context(output));
    return String(remembered.at(-1)?.[3]);
  }

  it('remembers what the failed container said last, and tells it', async () => {
    const said = await recordRollback(args, context('warn: old\n1\n2\n3\n4\nsh: serve: not found\n\n'));
    const log = 'warn: old\n4\nsh: serve: not found';
    expect(remembered).to.deep.equal([['Container/web', 'v1:a', args.reason, log]]);
    expect(said).to.deep.equal({ said: log });
    expect(await kept('1\n2\n3\n4\n5\n6\n')).to.equal('2\n3\n4\n5\n6');
  });

  it('keeps nothing of it that could play with a terminal, and bounded lines', async () => {
    expect(await kept('\u001b[31mfatal\u001b[0m: \u0007no\u009b2J\r\n10%\r20%\r\nlast')).to.equal(
      'fatal:  no 2J\n20%\nlast',
    );
    const log = await kept(`${'x'.repeat(5000)}\n`.repeat(20));
    expect(log.length).to.be.within(2000, 3100);
  });

  it('keeps no secret of it, wherever that is known from', async () => {
    for (const [line, rest] of [
      [`cannot log in with ${SECRET}!`, 'cannot log in with (secret)!'],
      ['tried in-the-address, in-an-argument and in-an-option', 'tried (secret), (secret) and (secret)'],
      ['http://u:x1y2z3@h/ password=x1y2z3', 'http://u:(secret)@h/ password=(secret)'],
      ['{"password":"x1y2z3","user":"me"}', '{"password":(secret),"user":"me"}'],
      ['dbPassword: x1y2z3', 'dbPassword: (secret)'],
      ['Authorization: Bearer x1y2z3.abc', 'Authorization: (secret)'],
      ['unexpected token: }', 'unexpected token: }'],
      // Of a file that was mounted, which nobody here looks into.
      ['read 7hG2kLm9QwXz4RtYp8Vb31 from /run/x', 'read (secret) from /run/x'],
      ['read f3-Jk82nMqo19XbTz_4aLd0 there', 'read (secret) there'],
      ['no host prometheus-node-exporter-01.monitoring', 'no host prometheus-node-exporter-01.monitoring'],
      [
        '2026-11-29T09:30:00.123Z panic in runGoroutineForever',
        '2026-11-29T09:30:00.123Z panic in runGoroutineForever',
      ],
    ] as const)
      expect(await kept(line)).to.equal(rest);
    expect(await kept(`-----BEGIN PRIVATE KEY-----\n${'abcd\n'.repeat(9)}-----END PRIVATE KEY-----\nend`)).to.equal(
      '(secret)\nend',
    );
    // A cut must not come before the redaction.
    expect(await kept(`${'x'.repeat(590)} ${SECRET}`)).to.not.contain('hunter');
  });

  it('remembers the failure also where nothing was said, and whatever asking for the log comes to', async () => {
    const fails = (): Promise<never> => Promise.reject(new EngineError('ENGINE_FAULT', 'GET /logs', 'no logs'));
    for (const one of [context(''), context('x', { logs: fails }), context('x', { inspectContainer: fails })])
      expect(await recordRollback(args, one)).to.equal(undefined);
    await recordRollback({ specHash: 'v1:a', reason: args.reason }, context('x'));
    expect(remembered).to.deep.equal(Array(4).fill(['Container/web', 'v1:a', args.reason]));
  });

  it('does not let the one before wait for an engine that does not answer', async () => {
    const clock = new FakeClock();
    const never = (): Promise<never> => new Promise(() => undefined);
    const done = recordRollback(args, context('x', { logs: never }, { clock }));
    await clock.advance(5_000);
    await done;
    expect(remembered).to.have.length(1);
    expect(clock.pending).to.equal(0);
  });
});
