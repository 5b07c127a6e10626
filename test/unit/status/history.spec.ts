import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { historyText } from '../../../src/cli/history.ts';
import { HistoryWriter, readHistory } from '../../../src/status/history.ts';
import { NOW, startStep, stepFinished, updateStep } from '../../support/trace-events.ts';

describe('history', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'bastion-history-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps one line for a step that ran, with what a person asks later', () => {
    const fields = [{ path: 'mem_limit', want: 64, got: 32 }];
    new HistoryWriter(directory).consume(stepFinished(updateStep('Container/web', fields)));
    expect(readHistory(directory, { limit: 10 })).to.deep.equal([
      {
        time: new Date(NOW).toISOString(),
        commit: 'abc123',
        target: 'Container/web',
        op: 'UpdateContainer',
        cause: 'drift',
        fields,
        result: 'done',
        milliseconds: 40,
      },
    ]);
    expect(statSync(join(directory, 'history.jsonl')).mode & 0o777).to.equal(0o600);
  });

  it('keeps what a step found out, without secrets, and shows it below the step', () => {
    new HistoryWriter(directory).consume(
      stepFinished(startStep('Container/web'), { type: 'done', said: 'sh: serve: not found\npassword=hunter2' }),
    );
    const [line] = readHistory(directory, { limit: 10 });
    expect(line?.said).to.equal('sh: serve: not found\npassword=(secret)');
    const text = line === undefined ? '' : historyText(line, { color: false }, { target: 0 });
    expect(text).to.match(/40 ms abc123\n {22}sh: serve: not found\n {22}password=\(secret\)\n$/);
  });

  it('tells the two renames of a replacement apart', () => {
    const step = updateStep('Container/web', [], { cause: 'spec changed' });
    const writer = new HistoryWriter(directory);
    for (const args of [
      { container: 'a'.repeat(64), name: 'web.old-aaaaaaaaaaaa' },
      { container: 'web.next', name: 'web' },
    ])
      writer.consume(stepFinished({ ...step, op: 'RenameContainer', args }));
    const lines = readHistory(directory, { limit: 10 });
    const texts = lines.map((line) => historyText(line, { color: false }, { target: 0 }));
    expect(texts[0]).to.contain('Container/web  aaaaaaaaaaaa to web.old-aaaaaaaaaaaa  spec changed');
    expect(texts[1]).to.contain('Container/web  web.next to web  spec changed');
  });

  it('keeps errors, leaves out what was not started, and writes no secret', () => {
    const history = new HistoryWriter(directory);
    const step = updateStep('Container/web', [{ path: 'environment.TOKEN', want: 'hunter2', got: 'old' }]);
    history.consume(stepFinished(step, { type: 'skipped', because: 'another failed' }));
    history.consume(
      stepFinished(step, { type: 'retry', error: { code: 'ENGINE_FAULT', message: 'no http://a:hunter2@b' } }),
    );
    const lines = readHistory(directory, { limit: 10 });
    expect(lines).to.have.length(1);
    expect(lines[0]?.error).to.equal('ENGINE_FAULT: no http://a:(secret)@b');
    expect(readFileSync(join(directory, 'history.jsonl'), 'utf8')).not.to.contain('hunter2');
  });

  it('gives the last lines, of one resource if asked', () => {
    const history = new HistoryWriter(directory);
    for (let i = 0; i < 6; i += 1)
      history.consume(stepFinished(startStep(i % 2 === 0 ? 'Container/a' : 'Container/b'), undefined, NOW + i));
    expect(readHistory(directory, { limit: 2 }).map((line) => Date.parse(line.time) - NOW)).to.deep.equal([4, 5]);
    const ofA = readHistory(directory, { limit: 2, target: 'Container/a' });
    expect(ofA.map((line) => Date.parse(line.time) - NOW)).to.deep.equal([2, 4]);
  });

  it('rotates by size and keeps three files', () => {
    const history = new HistoryWriter(directory, { maximumBytes: 500 });
    for (let i = 0; i < 30; i += 1) history.consume(stepFinished(startStep('Container/a'), undefined, NOW + i));
    for (const name of ['history.jsonl', 'history.jsonl.1', 'history.jsonl.2'])
      expect(statSync(join(directory, name)).size, name).to.be.within(1, 500);
    expect(existsSync(join(directory, 'history.jsonl.3'))).to.equal(false);
    const kept = readHistory(directory, { limit: 100 }).map((line) => Date.parse(line.time) - NOW);
    expect(kept).to.deep.equal([...kept].sort((a, b) => a - b));
    expect(kept.at(-1)).to.equal(29);
  });

  it('goes on after a line that a full disk or a kill cut', () => {
    const before = new HistoryWriter(directory);
    before.consume(stepFinished(startStep('Container/a'), undefined, NOW));
    appendFileSync(join(directory, 'history.jsonl'), '{"time":"2026-');
    new HistoryWriter(directory).consume(stepFinished(startStep('Container/b'), undefined, NOW + 1));
    expect(readHistory(directory, { limit: 10 }).map((line) => line.target)).to.deep.equal([
      'Container/a',
      'Container/b',
    ]);
  });

  it('never throws when it cannot write, says so once, and recovers', () => {
    const problems: string[] = [];
    const path = join(directory, 'history.jsonl');
    const history = new HistoryWriter(directory, { onError: (message) => problems.push(message) });
    // A directory in the way fails for root too, unlike permissions.
    mkdirSync(path);
    chmodSync(path, 0o500);
    history.consume(stepFinished(startStep('Container/a')));
    history.consume(stepFinished(startStep('Container/a')));
    expect(problems).to.have.length(1);
    expect(problems[0]).to.contain('history is not being kept');
    rmSync(path, { recursive: true });
    history.consume(stepFinished(startStep('Container/b')));
    expect(readHistory(directory, { limit: 10 }).map((line) => line.target)).to.deep.equal(['Container/b']);
  });

  it('is empty where nothing was kept', () => {
    expect(readHistory(join(directory, 'nowhere'), { limit: 10 })).to.deep.equal([]);
  });
});
