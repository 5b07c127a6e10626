import { expect } from 'chai';
import fc from 'fast-check';
import { readNdjson } from '../../../src/engine/ndjson.ts';
import { expectEngineError } from '../../support/expect-error.ts';

async function read(pieces: readonly (string | Buffer)[], lineBytes?: number): Promise<unknown[]> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
  }
  const values: unknown[] = [];
  for await (const value of readNdjson(source(), 'GET /events', lineBytes)) values.push(value);
  return values;
}

describe('readNdjson', () => {
  it('gives the same values wherever the bytes are cut, inside characters too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        async (values, sizes, newline) => {
          const expected = JSON.parse(JSON.stringify(values)) as unknown[];
          const bytes = Buffer.from(values.map((value) => JSON.stringify(value) + newline).join(''));
          const pieces: Buffer[] = [];
          for (let start = 0, index = 0; start < bytes.length; index += 1) {
            const size = 1 + (sizes[index % sizes.length] ?? 0);
            pieces.push(bytes.subarray(start, start + size));
            start += size;
          }
          expect(await read(pieces)).to.deep.equal(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('joins a character that is split between two chunks', async () => {
    const bytes = Buffer.from('{"name":"größe"}\n');
    const middle = bytes.indexOf(0xb6);
    expect(await read([bytes.subarray(0, middle), bytes.subarray(middle)])).to.deep.equal([{ name: 'größe' }]);
  });

  it('reads a last line without a newline', async () => {
    expect(await read(['{"a":1}\n{"b"', ':2}'])).to.deep.equal([{ a: 1 }, { b: 2 }]);
  });

  it('gives what came before a line that is no JSON, then fails and shows it', async () => {
    const error = await expectEngineError(read(['{"a":1}\noops\n']), 'ENGINE_GARBAGE');
    expect(error.message).to.include('oops').and.to.include('GET /events');
  });

  it('fails on half a line at the end', async () => {
    await expectEngineError(read(['{"a":1}\n{"b"']), 'ENGINE_GARBAGE');
  });

  it('fails on a line that never ends as soon as it is too long', async () => {
    await expectEngineError(read(Array<string>(20).fill('x'.repeat(100)), 1000), 'ENGINE_GARBAGE');
  });

  it('fails on a whole line that is too long', async () => {
    await expectEngineError(read([`"${'x'.repeat(1000)}"\n`], 1000), 'ENGINE_GARBAGE');
  });

  it('does not count the lines before against the limit', async () => {
    expect(await read(Array<string>(50).fill(`"${'x'.repeat(90)}"\n`), 100)).to.have.lengthOf(50);
  });
});
