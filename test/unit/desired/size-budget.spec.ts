import { expect } from 'chai';
import { DesiredStateError } from '../../../src/desired/errors.ts';
import { readDirectory } from '../../../src/desired/read-directory.ts';
import { SizeBudget } from '../../../src/desired/size-budget.ts';
import { load, manifest, writeFiles } from './desired-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('a desired state that is too large to be held', () => {
  const directory = temporaryDirectory('large');
  const gates = (count: number, from = 0): string =>
    Array.from({ length: count }, (_, index) => manifest('Gate', `g${from + index}`, '{checklist: [x]}')).join('---\n');

  function refusal(work: () => void): string {
    try {
      work();
      return 'none';
    } catch (error) {
      return error instanceof DesiredStateError ? `${error.code} ${error.message}` : String(error);
    }
  }

  it('is refused at once, with the line at which it became too much', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`${index}.yaml`, gates(1000, index * 1000)]),
    );
    writeFiles(directory(), files);
    const begun = performance.now();
    const error = await load(directory()).catch((reason: unknown) => reason);
    expect(performance.now() - begun).to.be.below(1000);
    expect(error).to.be.instanceOf(DesiredStateError);
    expect(error)
      .to.have.property('message')
      .that.matches(/^2\.yaml:1: this is more than 2000 documents/);
  });

  it('may be twice what the operator is made for', () => {
    writeFiles(directory(), { 'a.yaml': `---\n${gates(1000)}`, 'b.yaml': gates(1000, 1000) });
    expect(readDirectory(directory()).files).to.have.length(2);
  });

  it('is counted by borders of documents, wherever they are', () => {
    const spend = (text: string): string =>
      refusal(() => new SizeBudget({ documents: 2, marks: 1000 }).spend('a.yaml', text));
    expect(spend('--- {a: 1}\n--- {a: 2}\n')).to.equal('none');
    expect(spend('--- {a: 1}\n--- {a: 2}\n--- {a: 3}\n')).to.contain('a.yaml:3: this is more than 2 documents');
    expect(spend('a: 1\n...\na: 2\n...\na: 3\n')).to.contain('a.yaml:4: this is more than 2 documents');
    expect(spend('a: |\n  ---\n  ---\n  ---\n----\n')).to.equal('none');
  });

  it('is refused for a few documents with very many values, which would cost as much', () => {
    writeFiles(directory(), {
      'a.yaml': `a: [${'a,'.repeat(100_000)}a]\n`,
      'b.yaml': `b: [\n${'a,'.repeat(110_000)}a]\n`,
    });
    expect(refusal(() => readDirectory(directory()))).to.match(/^DESIRED_TOO_LARGE b\.yaml:2: all manifests together/);
  });
});
