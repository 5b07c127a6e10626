import { Agent, request } from 'node:http';

/**
 * The floor of all reading: node:http over the engine's address, on a kept connection, with nothing between. One call at
 * a time.
 */
export class RawEngine {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #where: { socketPath: string } | { host: string; port: string };

  /** @param host `unix:///path` or `tcp://name:port` */
  constructor(host: string) {
    const url = new URL(host);
    this.#where = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
  }

  /** Reads and parses one answer; rejects unless it is a 200. */
  get(path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = request({ ...this.#where, path, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`GET ${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      call.on('error', reject);
      call.end();
    });
  }

  /** Milliseconds of one `GET /containers/json?all=1`, read and parsed. */
  async timeList(): Promise<{ milliseconds: number; cpuMilliseconds: number }> {
    const cpu = process.cpuUsage();
    const started = performance.now();
    await this.get('/containers/json?all=1');
    const milliseconds = performance.now() - started;
    return { milliseconds, cpuMilliseconds: cpuSince(cpu) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** User and system time of this process since a sample, in milliseconds. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
