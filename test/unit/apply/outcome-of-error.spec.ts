import { expect } from 'chai';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { StepError } from '../../../src/apply/step-error.ts';
import { EngineError, ENGINE_ERROR_CODES, type EngineErrorCode } from '../../../src/engine/errors.ts';

const of = (code: EngineErrorCode, detail = 'detail') => outcomeOfError(new EngineError(code, 'POST /x', detail));

describe('outcomeOfError', () => {
  it('never gives up on what may pass', () => {
    const types = Object.fromEntries(
      (Object.keys(ENGINE_ERROR_CODES) as EngineErrorCode[]).map((code) => [code, of(code).type]),
    );
    expect(types).to.include({
      ENGINE_UNREACHABLE: 'retry',
      ENGINE_DEADLINE: 'retry',
      ENGINE_GARBAGE: 'retry',
      ENGINE_FAULT: 'retry',
      IMAGE_UNAVAILABLE: 'retry',
      BUILD_FAILED: 'retry',
      ENGINE_BAD_REQUEST: 'retry',
    });
  });

  const refused = (statusCode: number, detail: string): string =>
    outcomeOfError(new EngineError('ENGINE_BAD_REQUEST', 'POST /x', detail, { statusCode })).type;

  for (const detail of [
    'invalid reference format',
    'Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    "the working directory 'relative' is invalid, it needs to be an absolute path",
    'Minimum memory limit allowed is 6MB',
    'Interval in Healthcheck cannot be less than 1ms',
    'Invalid signal: SIGNONE',
    'No command specified',
    'Duplicate mount point: /data',
  ])
    it(`gives up on a spec that the engine cannot take: ${detail}`, () =>
      expect(refused(400, detail)).to.equal('terminal'));

  for (const [statusCode, detail] of [
    [400, 'invalid mount config for type "bind": bind source path does not exist: /mnt/disk'],
    [400, 'exec: "/scripts/run": stat /scripts/run: no such file or directory: unknown'],
    [400, 'something that nobody has seen before'],
    [401, 'status 401: invalid reference format'],
    [403, 'status 403; does a socket proxy forbid this call?'],
    [408, 'status 408'],
    [429, 'status 429: too many requests'],
  ] as const)
    it(`tries again what may pass: ${statusCode} ${detail}`, () =>
      expect(refused(statusCode, detail)).to.equal('retry'));

  it('says that the outcome is unknown when no answer came', () => {
    expect(of('ENGINE_DEADLINE'))
      .to.have.nested.property('error.message')
      .that.contains('outcome unknown, will look again');
  });

  it('looks again soon at what vanished or is being removed, but not at what is missing beside it', () => {
    expect(of('ENGINE_NOT_FOUND', 'No such container: abc').type).to.equal('requeueAfter');
    expect(of('ENGINE_NOT_FOUND', 'network 12ab not found').type).to.equal('retry');
    expect(of('ENGINE_CONFLICT', 'removal of container abc is already in progress').type).to.equal('requeueAfter');
    expect(of('ENGINE_CONFLICT', 'the name is in use').type).to.equal('retry');
  });

  it('takes a step error’s own word for it', () => {
    expect(outcomeOfError(new StepError('CONFIG_REJECTED', 'm'))).to.deep.equal({
      type: 'terminal',
      error: { code: 'CONFIG_REJECTED', message: 'm' },
    });
    expect(outcomeOfError(new StepError('UNSAFE_PATH', 'm')).type).to.equal('retry');
    expect(outcomeOfError(new StepError('NOT_SERVED', 'm', { of: 'Certificate/web web:443' }))).to.deep.equal({
      type: 'retry',
      error: { code: 'NOT_SERVED', message: 'm', of: 'Certificate/web web:443' },
    });
  });

  it('explains file errors and marks its own faults', () => {
    const error = Object.assign(new Error('EROFS: read-only'), { errno: -30, code: 'EROFS', path: '/etc/x' });
    expect(outcomeOfError(error)).to.deep.equal({
      type: 'retry',
      error: {
        code: 'FILE_EROFS',
        message:
          '/etc/x: the file system is read-only; mount it writable (under systemd: ReadWritePaths=, docs/install.md) (EROFS)',
      },
    });
    expect(outcomeOfError('odd')).to.have.nested.property('error.code', 'STEP_FAULT');
  });
});
