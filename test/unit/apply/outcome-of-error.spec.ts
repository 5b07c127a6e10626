import { expect } from 'chai';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { StepError } from '../../../src/apply/step-error.ts';
import { EngineError, ENGINE_ERROR_CODES, type EngineErrorCode } from '../../../src/engine/errors.ts';

const of = (code: EngineErrorCode, detail = 'detail') => outcomeOfError(new EngineError(code, 'POST /x', detail));

describe('outcomeOfError', () => {
  it('never gives up on what may pass, and gives up on what the engine refuses', () => {
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
      ENGINE_BAD_REQUEST: 'terminal',
    });
  });

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
    expect(outcomeOfError(new StepError('CHECK_FAILED', 'm'))).to.deep.equal({
      type: 'terminal',
      error: { code: 'CHECK_FAILED', message: 'm' },
    });
    expect(outcomeOfError(new StepError('UNSAFE_PATH', 'm')).type).to.equal('retry');
  });

  it('explains file errors and marks its own faults', () => {
    const error = Object.assign(new Error('EROFS: read-only'), { errno: -30, code: 'EROFS', path: '/etc/x' });
    expect(outcomeOfError(error)).to.deep.equal({
      type: 'retry',
      error: {
        code: 'FILE_EROFS',
        message: '/etc/x: the file system is read-only; mount it writable (under systemd: ReadWritePaths=) (EROFS)',
      },
    });
    expect(outcomeOfError('odd')).to.have.nested.property('error.code', 'STEP_FAULT');
  });
});
