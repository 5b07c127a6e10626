import { expect } from 'chai';
import { parseAccessLine } from '../../../src/exporter/access-log/parse-line.ts';
import { ClientAddress } from '../../../src/exporter/access-log/client-address.ts';
import { createAccounts } from '../../../src/exporter/accounts/accounts.ts';
import { LogLineReader } from '../../../src/exporter/adguard/log-line.ts';
import { LineSplitter } from '../../../src/exporter/log-file/line-splitter.ts';
import type { RawLine } from '../../../src/exporter/log-file/raw-line.ts';
import { accessLine } from '../../support/exporter/access-line.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { usedHeap } from '../../support/used-heap.ts';

const CHUNKS = 1000;
const CHUNK = 64 * 1024;
/** A few chunks; all of them are 64 MB. */
const MOST = 8 << 20;

/** Chunks of 64 KiB whose first line differs: whoever keeps a part of it holds the chunk. */
function eachChunk(first: (index: number) => string, onLine: (line: RawLine) => void): void {
  const splitter = new LineSplitter();
  for (let index = 0; index < CHUNKS; index++) {
    const line = first(index);
    const rest = `{"filler":"${'x'.repeat(1000)}"}\n`;
    splitter.push(Buffer.from(`${line}\n${rest.repeat((CHUNK - line.length) / rest.length)}`), onLine);
  }
}

describe('what is kept of the logs', () => {
  it('holds nothing else of the query log in memory', () => {
    const accounts = createAccounts(exporterConfig({ clientDomains: true }), () => 0);
    const reader = new LogLineReader();
    let read = 0;
    const before = usedHeap();
    eachChunk(
      (index) =>
        JSON.stringify({
          T: `2026-08-18T10:00:00.${100_000_000 + index}+02:00`,
          // Of a reverse lookup the name is kept apart from its domain.
          QH: index % 4 === 0 ? `${index}.1.168.192.in-addr.arpa` : `www.some-long-name-of-a-host.number-${index}.com`,
          QT: index % 2 === 0 ? 'AAAA' : `TYPE${100_000 + index}-OF-ITS-OWN`,
          QC: 'IN',
          CP: '',
          Upstream: `https://resolver-number-${index}.example:443/dns-query`,
          Answer: 'AAAAAAAA',
          IP: `192.168.${100 + (index >> 8)}.${index & 255}`,
          Result: { Rules: [{ Text: `||number-${index}.com^`, FilterListID: index }], Reason: 3, IsFiltered: true },
          Elapsed: 1000,
        }),
      (line) => {
        const event = reader.read(line);
        if (event === undefined) return;
        read++;
        // Twice: what comes again has another way.
        for (let turn = 0; turn < 2; turn++) accounts.dns.record(event, 0);
      },
    );
    const after = usedHeap();
    expect(read).to.equal(CHUNKS);
    expect(accounts.store.render()).to.include('number-1.com');
    expect(after - before).to.be.lessThan(MOST);
  });

  it('holds nothing else of the access log in memory', () => {
    const accounts = createAccounts(exporterConfig(), () => 0);
    const clients = new ClientAddress([]);
    let read = 0;
    const before = usedHeap();
    eachChunk(
      (index) =>
        accessLine({
          ClientAddr: `192.168.${100 + (index >> 8)}.${index & 255}:51234`,
          ClientHost: `192.168.${100 + (index >> 8)}.${index & 255}`,
          ServiceName: `some-long-name-of-a-service-${index}@docker`,
          ServiceAddr: `some-long-name-of-a-server-${index}.lab:8080`,
        }),
      ({ text }) => {
        const event = parseAccessLine(text, clients);
        if (event === undefined) return;
        read++;
        for (let turn = 0; turn < 2; turn++) accounts.http.record(event, 0);
      },
    );
    const after = usedHeap();
    expect(read).to.equal(CHUNKS);
    expect(accounts.store.render()).to.include('some-long-name-of-a-service-1');
    expect(after - before).to.be.lessThan(MOST);
  });
}).timeout(60_000);
