import { appendFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { LineSplitter, LONGEST_LINE } from '../../../src/exporter/log-file/line-splitter.ts';
import { ownText } from '../../../src/exporter/log-file/own-text.ts';
import { LogTail, type TailPosition } from '../../../src/exporter/log-file/tail.ts';
import type { GiveWay } from '../../../src/exporter/right-of-way.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { usedHeap } from '../../support/used-heap.ts';

describe('following a log file', () => {
  const directory = temporaryDirectory('tail');
  const path = (): string => join(directory(), 'access.log');
  let tails: LogTail[] = [];
  let lines: string[] = [];

  const follow = (saved?: TailPosition, giveWay?: GiveWay): LogTail => {
    const tail = new LogTail(path(), saved, giveWay);
    tails.push(tail);
    return tail;
  };
  const poll = async (tail: LogTail): Promise<string[]> => {
    lines = [];
    await tail.poll((line) => lines.push(line.text));
    return lines;
  };

  beforeEach(() => {
    tails = [];
  });
  afterEach(async () => {
    for (const tail of tails) await tail.close();
  });

  it('begins at the end of a file that is there, and waits for the end of each line', async () => {
    writeFileSync(path(), 'old\nhal');
    const tail = follow();
    expect(await poll(tail)).to.deep.equal([]);
    appendFileSync(path(), 'f\nnew\nunfin');
    expect(await poll(tail)).to.deep.equal(['half', 'new']);
    appendFileSync(path(), 'ished\n\n');
    expect(await poll(tail)).to.deep.equal(['unfinished']);
  });

  it('reads a file that appears later from its beginning', async () => {
    const tail = follow();
    expect(await tail.poll(() => undefined)).to.equal(false);
    writeFileSync(path(), 'a\n');
    expect(await poll(tail)).to.deep.equal(['a']);
  });

  it('reads a renamed file to its end, also what is written late, and then the new one from its beginning', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    appendFileSync(path(), 'a\n');
    renameSync(path(), `${path()}.1`);
    expect(await poll(tail)).to.deep.equal(['a']);
    appendFileSync(`${path()}.1`, 'b\n');
    expect(await poll(tail)).to.deep.equal(['b']);
    writeFileSync(path(), 'd\n');
    expect(await poll(tail)).to.deep.equal([]);
    appendFileSync(`${path()}.1`, 'c\nlast without end');
    expect(await poll(tail)).to.deep.equal(['c', 'last without end', 'd']);
    expect(tail.counts).to.include({ rotations: 1, truncations: 0 });
  });

  it('lets others have their turn between pieces of what it read at once', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    const line = `${'x'.repeat(1023)}\n`;
    writeFileSync(path(), line.repeat(1024));
    let turn = 0;
    let isPolled = false;
    const others = (): void => {
      turn++;
      if (!isPolled) setImmediate(others);
    };
    others();
    const linesByTurn = new Map<number, number>();
    await tail.poll(() => linesByTurn.set(turn, (linesByTurn.get(turn) ?? 0) + 1));
    isPolled = true;
    const counts = [...linesByTurn.values()];
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(1024);
    // Two pieces of 64 KiB: what is read comes before the turn of what else waits.
    expect(Math.max(...counts)).to.be.at.most(128);
  });

  /** Follows a new file of 300 KiB, which is read in several pieces, with a call before each of them. */
  const followPieces = async (beforePiece: (tail: LogTail) => void): Promise<{ tail: LogTail; texts: string[] }> => {
    writeFileSync(path(), '');
    const tail: LogTail = follow(undefined, () => {
      beforePiece(tail);
      return undefined;
    });
    await poll(tail);
    const texts = Array.from({ length: 3000 }, (_, index) => `${index} ${'x'.repeat(95)}`);
    writeFileSync(path(), texts.map((text) => `${text}\n`).join(''));
    return { tail, texts };
  };

  it('loses no line and reads none twice when it is killed between two pieces, wherever its position was saved', async () => {
    const saved: { position: TailPosition | undefined; read: number }[] = [];
    const { tail, texts } = await followPieces(({ position }) => saved.push({ position, read: lines.length }));
    expect(await poll(tail)).to.deep.equal(texts);
    expect(saved.length).to.be.at.least(5);
    for (const { position, read } of saved) expect(await poll(follow(position))).to.deep.equal(texts.slice(read));
  });

  it('reads no further when it is closed between two pieces, and goes on from there', async () => {
    let pieces = 0;
    let closed: Promise<void> | undefined;
    const { tail, texts } = await followPieces((each) => {
      if (++pieces === 3) closed = each.close();
    });
    const before = [...(await poll(tail))];
    await closed;
    expect(before.length).to.be.within(1, texts.length - 1);
    expect([...before, ...(await poll(tail))]).to.deep.equal(texts);
  });

  it('survives that the file is removed', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    rmSync(path());
    expect(await tail.poll(() => undefined)).to.equal(false);
    writeFileSync(path(), 'a\n');
    await poll(tail);
    expect(await poll(tail)).to.deep.equal(['a']);
  });

  it('begins again when the file was cut, also when it has grown beyond the old place since', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    appendFileSync(path(), 'aaaa\nunfinished');
    await poll(tail);
    truncateSync(path(), 0);
    appendFileSync(path(), 'b\n');
    expect(await poll(tail)).to.deep.equal(['b']);
    truncateSync(path(), 0);
    appendFileSync(path(), 'cc\ndd\n');
    expect(await poll(tail)).to.deep.equal(['cc', 'dd']);
    expect(tail.counts.truncations).to.equal(2);
  });

  it('skips lines that are too long and counts them', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    appendFileSync(path(), `a\n${'x'.repeat(LONGEST_LINE + 1)}\nb\n${'y'.repeat(5 * LONGEST_LINE)}`);
    expect(await poll(tail)).to.deep.equal(['a', 'b']);
    appendFileSync(path(), `y\nc\n${'z'.repeat(LONGEST_LINE)}\n`);
    expect((await poll(tail)).map((line) => line.length)).to.deep.equal([1, LONGEST_LINE]);
    expect(tail.counts.oversized).to.equal(2);
  });

  it('goes on after a restart behind the last finished line, in the renamed file, too', async () => {
    writeFileSync(path(), '');
    const first = follow();
    await poll(first);
    appendFileSync(path(), 'a\nbeg');
    expect(await poll(first)).to.deep.equal(['a']);
    const { position } = first;
    appendFileSync(path(), 'un\n');
    expect(await poll(follow(position))).to.deep.equal(['begun']);
    renameSync(path(), `${path()}.1`);
    writeFileSync(path(), 'c\n');
    const third = follow(position);
    expect(await poll(third)).to.deep.equal(['begun']);
    expect(await poll(third)).to.deep.equal(['c']);
    expect(third.counts.gaps).to.equal(0);
  });

  it('counts a gap when the file of the saved position is gone', async () => {
    writeFileSync(path(), 'a\n');
    const tail = follow({ inode: '1', offset: 1000 });
    expect(await poll(tail)).to.deep.equal(['a']);
    expect(tail.counts.gaps).to.equal(1);
  });

  it('does not read twice after it was closed', async () => {
    writeFileSync(path(), '');
    const tail = follow();
    await poll(tail);
    appendFileSync(path(), 'a\nb');
    await poll(tail);
    await tail.close();
    appendFileSync(path(), '\n');
    expect(await poll(tail)).to.deep.equal(['b']);
    expect(tail.position).to.deep.equal({ inode: String(statSync(path()).ino), offset: 4 });
  });

  it('cuts lines the same way however the bytes come', () => {
    const line = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\n\ud800-\udfff]/g, '·'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (texts, sizes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const splitter = new LineSplitter();
        const found: string[] = [];
        for (let from = 0, turn = 0; from < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          splitter.push(bytes.subarray(from, from + size), (each) => {
            found.push(each.text);
            expect(each.whole.slice(each.start, each.end)).to.equal(each.text);
          });
          from += size;
        }
        expect(found).to.deep.equal(texts.filter((text) => text !== ''));
        expect(splitter.unfinished).to.equal(0);
      }),
    );
  }).timeout(30_000);

  it('holds no more in memory of what is kept of a line than that part, when it was made its own', () => {
    const splitter = new LineSplitter();
    const kept: string[] = [];
    const chunk = Buffer.from(`${'x'.repeat(255)}\n`.repeat(256));
    const before = usedHeap();
    for (let count = 0; count < 1000; count++) {
      let last = '';
      splitter.push(chunk, ({ text }) => (last = ownText(text.slice(0, 20))));
      kept.push(last);
    }
    const after = usedHeap();
    expect(kept).to.have.length(1000);
    // A thousand chunks are 64 MB.
    expect(after - before).to.be.lessThan(8 << 20);
  });
});
