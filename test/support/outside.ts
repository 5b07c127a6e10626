import { request } from 'node:http';
import type { Engine } from '../../src/engine/port.ts';
import type { ContainerConfig, HostConfig } from '../../src/engine/wire.ts';
import { engineAddress } from './engine-proxy.ts';

/** On what a test made by hand, with the instance as value, so that it goes away with the test. */
export const DAMAGE_LABEL = 'bastion-test.outside';

/** What a person does with the docker command, behind the operator's back: plain calls of the Engine API. */
export class Outside {
  readonly #host: string;
  readonly #instance: string;

  constructor(host: string, instance: string) {
    this.#host = host;
    this.#instance = instance;
  }

  /** Any call; rejects unless it was answered with 2xx or 304. */
  call<T = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...engineAddress(this.#host),
          method,
          path: `/v1.41${path}`,
          agent: false,
          headers: { 'Content-Type': 'application/json' },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => (text += part));
          answer.on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            if (status >= 300 && status !== 304) reject(new Error(`${method} ${path}: ${status} ${text}`));
            else resolve((text === '' ? undefined : parsed(text)) as T);
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  pause(container: string): Promise<unknown> {
    return this.call('POST', `/containers/${container}/pause`);
  }

  update(container: string, resources: object): Promise<unknown> {
    return this.call('POST', `/containers/${container}/update`, resources);
  }

  connect(network: string, container: string): Promise<unknown> {
    return this.call('POST', `/networks/${network}/connect`, { Container: container });
  }

  disconnect(network: string, container: string): Promise<unknown> {
    return this.call('POST', `/networks/${network}/disconnect`, { Container: container, Force: true });
  }

  /** A running container that is nobody's, unless labels say otherwise; resolves to its id. */
  async runContainer(name: string, body: ContainerConfig & { readonly HostConfig?: HostConfig }): Promise<string> {
    const labels = { [DAMAGE_LABEL]: this.#instance, ...body.Labels };
    const made = await this.call<{ Id: string }>('POST', `/containers/create?name=${name}`, {
      ...body,
      Labels: labels,
    });
    await this.call('POST', `/containers/${made.Id}/start`);
    return made.Id;
  }

  /** A network that is nobody's. */
  async createNetwork(name: string): Promise<string> {
    const body = { Name: name, CheckDuplicate: true, Labels: { [DAMAGE_LABEL]: this.#instance } };
    return (await this.call<{ Id: string }>('POST', '/networks/create', body)).Id;
  }

  /** Removes what was made by hand. */
  async removeDamage(engine: Engine): Promise<void> {
    const isOurs = ({ Labels }: { Labels?: Record<string, string> | null }): boolean =>
      Labels?.[DAMAGE_LABEL] === this.#instance;
    for (const { Id } of (await engine.listContainers()).filter(isOurs)) await engine.removeContainer(Id, true);
    for (const network of (await engine.listNetworks()).filter(isOurs)) {
      const { Containers = {} } = await this.call<{ Containers?: Record<string, unknown> }>(
        'GET',
        `/networks/${network.Id}`,
      );
      for (const id of Object.keys(Containers)) await this.disconnect(network.Id, id);
      await engine.removeNetwork(network.Id);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
