import type { MonitoringPlace } from '../desired/monitoring-place.ts';
import type { StatusServer } from '../status/server.ts';

/** Serves in the monitoring network what the desired state asks to be scraped, and moves when it says something else. */
export class MonitoringServer {
  readonly #open: (place: MonitoringPlace) => Promise<StatusServer>;
  readonly #tell: (message: string) => void;
  #wanted = '';
  #server: StatusServer | undefined;
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param open begins to serve; an address and files that are not there yet are its to wait for */
  constructor(open: (place: MonitoringPlace) => Promise<StatusServer>, tell: (message: string) => void) {
    this.#open = open;
    this.#tell = tell;
  }

  /** Told with every reading of the desired state; undefined: nowhere. Does nothing when the place is as it was. */
  follow(place: MonitoringPlace | undefined): void {
    const wanted = JSON.stringify(place ?? '');
    if (wanted === this.#wanted || this.#isClosed) return;
    this.#wanted = wanted;
    this.#changing = this.#changing
      .then(() => this.#move(place))
      .catch((error: unknown) => this.#tell(`metrics are not served in the monitoring network: ${String(error)}`));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changing;
    await this.#server?.close();
  }

  async #move(place: MonitoringPlace | undefined): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
    if (place !== undefined && !this.#isClosed) this.#server = await this.#open(place);
  }
}
