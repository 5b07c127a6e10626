import { containerCreation } from './container-creation.ts';
import { containerLife } from './container-life.ts';
import { containerUpdate } from './container-update.ts';
import { endpointContract } from './endpoint-contract.ts';
import { eventContract } from './event-contract.ts';
import { fieldContract } from './field-contract.ts';
import { imageContract } from './image-contract.ts';
import { networkContract } from './network-contract.ts';
import { volumeContract } from './volume-contract.ts';
import { Scratch, type ContractSubject } from './scratch.ts';

/**
 * What the rest of bastion may rely on, whichever engine is behind the port. The fake engine and the real one run the
 * same specs, so that what is tried against the fake holds for the real one.
 *
 * @param open Opens the engine once for the suite; skips the suite itself when there is none.
 */
export function describeEngineContract(name: string, open: (context: Mocha.Context) => Promise<ContractSubject>): void {
  describe(`${name} keeps the engine contract`, function () {
    this.timeout(30_000);
    this.slow(3_000);
    let subject: ContractSubject | undefined;
    let scratch: Scratch | undefined;
    let scratches = 0;

    before(async function () {
      subject = await open(this);
    });
    beforeEach(function () {
      if (subject === undefined) throw new Error('the engine was not opened');
      scratch = new Scratch(subject, scratches++);
    });
    afterEach(async () => await scratch?.cleanUp());
    after(() => subject?.close());

    const get = (): Scratch => {
      if (scratch === undefined) throw new Error('only within a test');
      return scratch;
    };
    describe('containers: create', () => containerCreation(get));
    describe('containers: life', () => containerLife(get));
    describe('containers: update', () => containerUpdate(get));
    describe('containers: fields', () => fieldContract(get));
    describe('networks', () => networkContract(get));
    describe('endpoints', () => endpointContract(get));
    describe('volumes', () => volumeContract(get));
    describe('images', () => imageContract(get));
    describe('events', () => eventContract(get));
  });
}
