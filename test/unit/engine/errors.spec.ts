import { expect } from 'chai';
import { EngineError } from '../../../src/engine/errors.ts';

describe('an error of the engine', () => {
  const said = (code: ConstructorParameters<typeof EngineError>[0]) =>
    new EngineError(code, 'POST /x', 'why, what to do');

  it('ends with what to do, where a person has to do something, and keeps the call beside it', () => {
    for (const code of ['ENGINE_UNREACHABLE', 'ENGINE_CONFLICT', 'IMAGE_UNAVAILABLE', 'BUILD_FAILED'] as const)
      expect(said(code).message).to.match(/: why, what to do$/);
    expect(said('IMAGE_UNAVAILABLE').call).to.equal('POST /x');
  });

  it('names the call where the engine or bastion itself may be at fault', () => {
    for (const code of ['ENGINE_FAULT', 'ENGINE_GARBAGE', 'ENGINE_BAD_REQUEST', 'ENGINE_NOT_ALLOWED'] as const)
      expect(said(code).message).to.match(/: why, what to do \(POST \/x\)$/);
  });
});
