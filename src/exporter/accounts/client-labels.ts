import { Admission, type Member } from '../admission/admission.ts';

/** Most clients with a label value of their own. */
export const MOST_CLIENTS = 64;

const DAY = 86_400_000;

/** Which clients are told by name; the rest is `other`. DNS and HTTP share the places. */
export class ClientLabels {
  readonly #admission: Admission;
  readonly #listeners: ((client: string) => void)[] = [];
  /** AdGuard cuts addresses: what looks like a client is a network. */
  anonymized = false;

  constructor() {
    this.#admission = new Admission({ capacity: MOST_CLIENTS, idleAfter: DAY }, (client) => {
      for (const listener of this.#listeners) listener(client);
    });
  }

  /** Calls back with a client that lost its label, before another has the place. */
  onEvict(listener: (client: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Counts an event of a client; its label value. */
  label(address: string, now: number): string {
    return this.#admission.observe(address, now) ? address : 'other';
  }

  /** The place of a client that has a label. */
  memberOf(address: string): Member | undefined {
    return this.#admission.memberOf(address);
  }

  /** Counts an event of a client that still has its place. */
  observeMember(member: Member, now: number): void {
    this.#admission.observeMember(member, now);
  }

  get members(): string[] {
    return this.#admission.members;
  }

  top(most: number): { key: string; count: number }[] {
    return this.#admission.top(most);
  }
}
