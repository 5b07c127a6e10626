import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DnsEvent } from '../../../src/exporter/accounts/dns-event.ts';
import { leastTtl, parseDnsAnswer, responseCode } from '../../../src/exporter/adguard/dns-message.ts';
import { LogLineReader, type LoggedQuery } from '../../../src/exporter/adguard/log-line.ts';
import { QuickLogLines } from '../../../src/exporter/adguard/quick-log-line.ts';
import { QueryLogFile } from '../../../src/exporter/adguard/query-log-file.ts';
import { rawLine } from '../../support/exporter/raw-line.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** The example of AdGuard's own tests: an.yandex.ru A 0.0.0.0, and one of a cached DoH answer. */
const BLOCKED =
  '{"T":"2026-08-18T10:00:00.519796+02:00","QH":"an.yandex.ru","QT":"A","QC":"IN","CP":"","Answer":"Qz+BgAABAAEAAAAAAmFuBnlhbmRleAJydQAAAQABwAwAAQABAAAACgAEAAAAAA==","IP":"192.168.1.23","Result":{"Rules":[{"Text":"||an.yandex.ru^","FilterListID":1}],"Reason":3,"IsFiltered":true},"Elapsed":837429}';
const CACHED =
  '{"T":"2026-08-18T10:00:01.2+02:00","QH":"example.com","QT":"AAAA","QC":"IN","CID":"laptop","CP":"doh","Upstream":"https://dns10.quad9.net:443/dns-query","IP":"192.168.1.24","Result":{},"Elapsed":18300211,"Cached":true}';

const readLine = (text: string) => new LogLineReader().read(rawLine(text));
/** What a query says, without where in its text the name is, which must be there. */
function saidBy(query: LoggedQuery | undefined) {
  if (query === undefined) return undefined;
  const { within, nameAt, ...said } = query;
  expect(within.slice(nameAt, nameAt + said.name.length)).to.equal(said.name);
  return { ...said, time: query.time, answer: query.answer(), at: query.at() };
}

describe("AdGuard's query log as a file", () => {
  const directory = temporaryDirectory('querylog');

  it('reads its lines', () => {
    const blocked = readLine(BLOCKED);
    expect(blocked?.answer()).to.deep.equal({ addresses: ['0.0.0.0'], ttl: 10 });
    expect(saidBy(blocked)).to.deep.equal({
      time: '2026-08-18T10:00:00.519796+02:00',
      at: Date.UTC(2026, 7, 18, 8) + 519.796,
      answer: { addresses: ['0.0.0.0'], ttl: 10 },
      client: '192.168.1.23',
      name: 'an.yandex.ru',
      type: 'A',
      reason: 3,
      list: 1,
      service: '',
      upstream: '',
      seconds: 0.000837429,
      cached: false,
      code: 'NOERROR',
    });
    expect(readLine(CACHED)).to.include({ reason: 0, list: undefined, cached: true, code: undefined });
    const old = '{"T":"2019-08-18T10:00:01Z","QH":"a.b","QT":"A","IP":"10.0.0.1","Result":{"Reason":3,"Rule":"x"}}';
    expect(readLine(old)).to.include({ list: 0, seconds: 0 });
  });

  it('reads a line as AdGuard writes it and the same line in another order alike', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', 'a.b', 'A', 'AAGBgAAB'));
    const optional = (arbitrary: fc.Arbitrary<unknown>) => fc.option(arbitrary, { nil: undefined });
    const rules = fc.array(fc.record({ Text: text, FilterListID: optional(fc.integer()) }), { maxLength: 2 });
    const line = fc.record({
      T: text,
      QH: text,
      QT: text,
      QC: text,
      ECS: optional(text),
      CID: optional(text),
      CP: text,
      Upstream: optional(text),
      Answer: optional(text),
      OrigAnswer: optional(text),
      IP: text,
      Result: fc.record({ Rules: optional(rules), Reason: optional(fc.integer()), ServiceName: optional(text) }),
      Elapsed: fc.oneof(fc.nat(), fc.double()),
      Cached: optional(fc.constant(true)),
      AD: optional(fc.boolean()),
    });
    fc.assert(
      fc.property(line, (fields) => {
        const shuffled = Object.fromEntries(Object.entries(fields).reverse());
        const [one, other] = [fields, shuffled].map((each) => saidBy(readLine(JSON.stringify(each))));
        expect(one).to.deep.equal(other);
      }),
    );
  });

  it('keeps nothing of one line for the next', () => {
    const reader = new LogLineReader();
    const told = (text: string) => saidBy(reader.read(rawLine(text)));
    const other = '{"QH":"b.c","T":"2019-08-18T10:00:01Z","QT":"A","IP":"10.0.0.1","Result":{"Reason":3,"Rule":"x"}}';
    const lines = [BLOCKED, CACHED, other, BLOCKED, other, CACHED];
    const alone = lines.map((text) => saidBy(readLine(text)));
    expect(lines.map(told)).to.deep.equal(alone);
    expect(alone.map((said) => said?.name)).to.deep.equal([
      'an.yandex.ru',
      'example.com',
      'b.c',
      'an.yandex.ru',
      'b.c',
      'example.com',
    ]);
  });

  it('takes the short way for what AdGuard writes, and for nothing else', () => {
    for (const line of [BLOCKED, CACHED]) expect(new QuickLogLines().read(rawLine(line)), line).not.to.equal(undefined);
    for (const line of [
      BLOCKED.slice(0, -1),
      `${BLOCKED}}`,
      BLOCKED.replace('an.yandex.ru', 'an\\u002eyandex.ru'),
      BLOCKED.replace('"QT":"A"', '"QT":1'),
      BLOCKED.replace('"QH"', '"qh"'),
      BLOCKED.replace('837429', '8.5'),
    ])
      expect(new QuickLogLines().read(rawLine(line)), line).to.equal(undefined);
  });

  it('reads addresses behind aliases, and knows no more than the message says', () => {
    const message = Buffer.from(
      '000181830001000300000000' +
        '0161016200001c0001' +
        'c00c00050001000000050002c00e' +
        'c00c001c00010000003c001020010db8000000000000000000000001' +
        'c00c00010001000000070004010203ff',
      'hex',
    );
    expect(parseDnsAnswer(message)).to.deep.equal({
      addresses: ['2001:db8::1', '1.2.3.255'],
      ttl: 7,
    });
    expect(responseCode(message.toString('base64'))).to.equal('NXDOMAIN');
    expect(responseCode('AAAA')).to.equal(undefined);
    for (let length = 0; length <= message.length; length++)
      expect(leastTtl(message, length)).to.equal(parseDnsAnswer(message.subarray(0, length)).ttl);
    expect(parseDnsAnswer(message.subarray(0, 70))).to.deep.equal({ addresses: ['2001:db8::1'], ttl: 60 });
  });

  it('never throws, whatever a message or a line says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(leastTtl(Buffer.from(bytes))).to.equal(parseDnsAnswer(Buffer.from(bytes)).ttl);
      }),
    );
    const hostile = fc.dictionary(
      fc.constantFrom('T', 'QH', 'QT', 'IP', 'Result', 'Answer', 'Elapsed', 'Cached'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        hostile,
        (fields) => void readLine(JSON.stringify({ ...(JSON.parse(BLOCKED) as object), ...fields }))?.answer(),
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void readLine(line)));
  });

  it('follows it through its rotation and clearing', async () => {
    const path = join(directory(), 'querylog.json');
    writeFileSync(path, `${BLOCKED}\n`);
    const names: string[] = [];
    const note = ({ name }: DnsEvent): unknown => names.push(name);
    const file = new QueryLogFile(path);
    await file.poll(note);
    appendFileSync(path, `${CACHED}\nnonsense\n`);
    await file.poll(note);
    renameSync(path, `${path}.1`);
    expect(await file.poll(note)).to.equal(false);
    writeFileSync(path, `${BLOCKED}\n`);
    await file.poll(note);
    await file.poll(note);
    expect(names).to.deep.equal(['example.com', 'an.yandex.ru']);
    expect(file.counts).to.include({ read: 2, malformed: 1, rotations: 1 });
    await file.close();
  });
});
