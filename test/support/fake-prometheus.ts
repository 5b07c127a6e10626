import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestAuthority } from './test-authority.ts';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A Prometheus as far as its administrator's interface goes: it makes snapshots as the real one does, over mutual TLS. */
export class FakePrometheus {
  readonly data: string;
  readonly #server: Server;
  /** What it answers instead of a snapshot. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  snapshots = 0;
  #blocks = 0;

  private constructor(data: string, server: Server) {
    this.data = data;
    this.#server = server;
  }

  static async start(data: string, authority: TestAuthority): Promise<FakePrometheus> {
    const { certificate: cert, key } = await authority.issue('prometheus.lab');
    mkdirSync(data, { recursive: true });
    const demand = { requestCert: true, rejectUnauthorized: true, ca: authority.certificate } as const;
    const server = createServer({ cert, key, ...demand }, (request, response) => {
      const { refusal } = fake;
      if (request.method !== 'POST' || request.url !== '/api/v1/admin/tsdb/snapshot') response.writeHead(404).end();
      else if (refusal !== undefined) response.writeHead(refusal.status).end(refusal.body);
      else response.end(JSON.stringify({ status: 'success', data: { name: fake.#snapshot() } }));
    });
    server.on('tlsClientError', () => undefined);
    const fake = new FakePrometheus(data, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Adds a block of so many bytes; its name. */
  addBlock(bytes = 10_000, directory = this.data): string {
    const number = (this.#blocks += 1);
    const ulid = `01${LETTERS[number] ?? '0'}${'A'.repeat(23)}`;
    const block = join(directory, ulid);
    mkdirSync(join(block, 'chunks'), { recursive: true });
    writeFileSync(join(block, 'chunks/000001'), randomBytes(bytes));
    writeFileSync(join(block, 'index'), randomBytes(500));
    writeFileSync(join(block, 'tombstones'), 'none');
    const [minTime, maxTime] = [number * 7_200_000, (number + 1) * 7_200_000];
    writeFileSync(join(block, 'meta.json'), JSON.stringify({ ulid, minTime, maxTime, version: 1 }));
    return ulid;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Blocks are linked, and what is in memory becomes one more. */
  #snapshot(): string {
    const name = `20261122T0315${String((this.snapshots += 1)).padStart(2, '0')}Z-0a1397dd1e8cb472`;
    const snapshot = join(this.data, 'snapshots', name);
    mkdirSync(snapshot, { recursive: true });
    for (const ulid of readdirSync(this.data).filter((entry) => entry.startsWith('01'))) {
      mkdirSync(join(snapshot, ulid, 'chunks'), { recursive: true });
      for (const file of ['chunks/000001', 'index', 'tombstones', 'meta.json'])
        linkSync(join(this.data, ulid, file), join(snapshot, ulid, file));
    }
    this.addBlock(2_000, snapshot);
    return name;
  }
}
