const WINDOW = 1000;
const LEAST = 200;
const SHARE = 0.9;

/**
 * Notices that most queries seem to come from one gateway: AdGuard then sees Docker's address translation in place of its
 * clients, and everything told by client or zone is meaningless.
 */
export class GatewayWitness {
  readonly #configured: ReadonlySet<string>;
  #total = 0;
  readonly #counts = new Map<string, number>();
  #suspect = false;

  /** Addresses (in their one spelling) that are gateways besides Docker's own 172.16.0.0/12 with a 1 at the end. */
  constructor(configured: readonly string[] = []) {
    this.#configured = new Set(configured);
  }

  get suspect(): boolean {
    if (this.#total >= LEAST) this.#suspect = Math.max(0, ...this.#counts.values()) > SHARE * this.#total;
    return this.#suspect;
  }

  /** Counts a query by its client's address, which is one of a gateway or not. */
  observe(address: string, isGateway: boolean = this.isGateway(address)): void {
    this.#total++;
    if (isGateway) this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    if (this.#total < WINDOW) return;
    this.#total /= 2;
    for (const [gateway, count] of this.#counts) this.#counts.set(gateway, count / 2);
  }

  isGateway(address: string): boolean {
    if (this.#configured.has(address)) return true;
    if (!address.startsWith('172.') || !address.endsWith('.1')) return false;
    const second = Number(address.split('.')[1]);
    return second >= 16 && second <= 31;
  }
}
