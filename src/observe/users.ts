import { readFile, stat } from 'node:fs/promises';
import { parseAccounts } from '../model/accounts.ts';
import { isMissing, readErrorText } from '../model/read-error-text.ts';

type Accounts = Readonly<Record<string, number>>;

/** Names to ids from one passwd or group file of the host, read again only when the file changed. */
export class AccountFile {
  readonly #path: string;
  #version = '';
  #accounts: Accounts = {};

  constructor(path: string) {
    this.#path = path;
  }

  /** Same object as before while the file is the same. A host without the file has no names: ids still work. */
  async read(): Promise<Accounts> {
    try {
      const status = await stat(this.#path, { bigint: true });
      const version = `${status.ino}:${status.size}:${status.mtimeNs}:${status.ctimeNs}`;
      if (version !== this.#version) {
        this.#accounts = parseAccounts(await readFile(this.#path, 'utf8'));
        this.#version = version;
      }
    } catch (error) {
      if (!isMissing(error)) throw new Error(`${this.#path} cannot be read: ${readErrorText(error)}`, { cause: error });
      this.#accounts = {};
      this.#version = '';
    }
    return this.#accounts;
  }
}
