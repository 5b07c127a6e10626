import { expect } from 'chai';
import { EngineError, type EngineErrorCode } from '../../src/engine/errors.ts';

/** Awaits a call that must fail with an EngineError of this code, and returns the error. */
export async function expectEngineError(call: Promise<unknown>, code: EngineErrorCode): Promise<EngineError> {
  const error: unknown = await call.then(
    (value) => new Error(`expected ${code}, but the call resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw error instanceof Error ? error : new Error(String(error));
  expect(error.code, error.message).to.equal(code);
  return error;
}
