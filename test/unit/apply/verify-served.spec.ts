import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { verifyServed } from '../../../src/apply/steps/verify-served.ts';
import type { Dial, DialRequest } from '../../../src/certs/dial.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { ServedTarget } from '../../../src/model/certificate-steps.ts';
import type { ObservedServed } from '../../../src/model/observed-certificates.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { containerInspect } from '../observe/sample-host.ts';
import { livePair, pkiContext, pkiWithAuthority } from './pki.ts';
import { expectStepError } from './step-context.ts';

const NEW = 'ab'.repeat(32);
const target: ServedTarget = {
  id: 'Certificate/web web:8443',
  consumer: 'web',
  address: '192.0.2.7',
  port: 8443,
  serverName: 'web.lab',
  trust: ['PEM'],
};

function shows(fingerprint: string, failure?: string): ObservedServed {
  const times = { at: 0, notBefore: 0, notAfter: Date.UTC(2026, 1, 1) };
  return { state: 'served', serial: fingerprint.slice(0, 4), fingerprint, ...times, ...(failure && { failure }) };
}

describe('VerifyServed', () => {
  const directory = temporaryDirectory('served');
  let clock: FakeClock;
  let asked: DialRequest[];
  let told: ObservedServed[];
  /** What the last dial presented, as it was then. */
  let shown: string;
  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    told = [];
    shown = '';
  });

  /** Runs with one answer a dial, the last one for ever; lets time pass until it settles. */
  async function verify(answers: ObservedServed[], extra: Partial<ServedTarget> = {}, engine: Partial<Engine> = {}) {
    const dial: Dial = (request) => {
      asked.push(request);
      shown = `${request.identity?.certificate.toString()}${request.identity?.key.toString()}`;
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] as ObservedServed);
    };
    const reportServed = (key: string, { id }: ServedTarget, found: ObservedServed): void => {
      expect([key, id]).to.deep.equal(['Certificate/web', target.id]);
      told.push(found);
    };
    const context = pkiContext(undefined, { clock, dial, reportServed, engine: stubEngine(engine) });
    let settled = false;
    const args = { served: { ...target, ...extra }, fingerprint: NEW, within: 3000 };
    const step = Promise.resolve(verifyServed(args, context)).finally(() => (settled = true));
    step.catch(() => undefined);
    for (let turn = 0; turn < 50 && !settled; turn++) await clock.advance(100);
    return step;
  }

  it('is content at once, and leaves no timer', async () => {
    await verify([shows(NEW)]);
    expect(asked).to.deep.equal([
      { host: '192.0.2.7', port: 8443, serverName: 'web.lab', trust: ['PEM'], deadline: 3000 },
    ]);
    expect(told).to.have.length(1);
    expect(clock.pending).to.equal(0);
  });

  it('looks every half second until the new one is served, and tells of the last look alone', async () => {
    const started = clock.now();
    const refused: ObservedServed = { at: 0, state: 'unreachable', error: 'ECONNREFUSED' };
    await verify([refused, shows('cd'.repeat(32)), shows(NEW, 'not yet'), shows(NEW)]);
    expect(asked).to.have.length(4);
    expect(told).to.deep.equal([shows(NEW)]);
    expect(clock.now() - started).to.be.within(1500, 1700);
    expect(clock.pending).to.equal(0);
  });

  it('says what is served instead when the time is over', async () => {
    const failing = verify([shows('cd'.repeat(32))]);
    const message = await expectStepError(failing, 'NOT_SERVED');
    expect(await failing.catch((error: unknown) => error)).to.have.property('of', target.id);
    expect(message).to.equal(
      'web does not serve the new certificate on port 8443 within 3000 ms: ' +
        'it serves the one with serial cdcd, valid until 2026-02-01T00:00:00.000Z.',
    );
    expect(asked.length).to.be.within(6, 8);
    expect(told).to.deep.equal([shows('cd'.repeat(32))]);
    expect(clock.pending).to.equal(0);
  });

  it('does not take the right certificate for success when the handshake fails', async () => {
    const message = await expectStepError(verify([shows(NEW, 'our certificate was refused')]), 'NOT_SERVED');
    expect(message).to.contain('shows the new one, but the handshake failed: our certificate was refused');
  });

  it('looks up the container’s address each time, and tells when it has none', async () => {
    let looks = 0;
    const inspectContainer = () => {
      const inspect = containerInspect('a'.repeat(64), 'web');
      inspect.NetworkSettings.Networks = ++looks === 1 ? {} : { front: { IPAddress: `10.0.0.${looks}` } };
      return Promise.resolve(inspect);
    };
    await verify([shows('cd'.repeat(32)), shows(NEW)], { container: 'web' }, { inspectContainer });
    // The second look is for whether it is still there.
    expect(asked.map(({ host }) => host)).to.deep.equal(['10.0.0.3', '10.0.0.4']);
    const inspectNone = () => {
      const inspect = containerInspect('a'.repeat(64), 'web');
      inspect.NetworkSettings.Networks = {};
      return Promise.resolve(inspect);
    };
    const none = verify([shows(NEW)], { container: 'web' }, { inspectContainer: inspectNone });
    expect(await expectStepError(none, 'NOT_SERVED')).to.contain('no network address');
  });

  for (const [what, left] of [
    ['is gone', undefined],
    ['was replaced and put aside', 'web.old-aaaaaaaaaaaa'],
  ] as const)
    it(`has nothing to say of a container that ${what} meanwhile: it is planned anew`, async () => {
      const inspectContainer = () => {
        if (left === undefined) return Promise.resolve(undefined);
        const inspect = containerInspect('a'.repeat(64), left);
        inspect.State.Status = 'exited';
        inspect.NetworkSettings.Networks = {};
        return Promise.resolve(inspect);
      };
      const began = clock.now();
      const failing = verify([shows(NEW)], { container: 'a'.repeat(64) }, { inspectContainer });
      const error: unknown = await failing.catch((thrown: unknown) => thrown);
      expect(outcomeOfError(error)).to.deep.include({ type: 'requeueAfter' });
      expect(clock.now() - began, 'it does not wait for what cannot come').to.be.below(1000);
      expect(told).to.deep.equal([]);
    });

  it('presents the operator’s own live pair, and nothing when there is none', async () => {
    const pki = await pkiWithAuthority(directory());
    await verify([shows(NEW)], { identity: pki.spec().directory });
    await issueCertificate(pki.issue(), pkiContext());
    await verify([shows(NEW)], { identity: pki.spec().directory });
    expect(asked[0]?.identity).to.equal(undefined);
    expect(shown).to.match(/BEGIN CERTIFICATE[^]*BEGIN PRIVATE KEY/);
    // Not kept longer than the step takes.
    expect(asked[1]?.identity?.key.every((byte) => byte === 0)).to.equal(true);
  });

  it('dials without the operator’s own pair when that cannot be read', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const live = await livePair(pki.spec().directory);
    rmSync(join(pki.spec().directory, live?.version ?? '', 'tls.key'));
    await verify([shows(NEW)], { identity: pki.spec().directory });
    expect(asked.map(({ identity }) => identity)).to.deep.equal([undefined]);
  });
});
