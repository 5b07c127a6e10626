import { expect } from 'chai';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DialRequest } from '../../../src/certs/dial.ts';
import { goLive, stageVersion } from '../../../src/certs/pair-store.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { ObservedServed } from '../../../src/model/observed-certificates.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { ServedChecks, type WantedTarget } from '../../../src/runtime/served-checks.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { containerInspect } from '../observe/sample-host.ts';

interface Dialled extends DialRequest {
  answer(found: ObservedServed): void;
  fail(error: Error): void;
}

const target = (id: string, changes: Partial<WantedTarget> = {}): WantedTarget => ({
  id,
  key: 'Certificate/web',
  consumer: id,
  address: `${id}.lab`,
  port: 443,
  serverName: `${id}.lab`,
  trust: ['root'],
  ...changes,
});

describe('ServedChecks', () => {
  const directory = temporaryDirectory('served');
  let clock: FakeClock;
  let dials: Dialled[];
  let traces: TraceEvent[];
  let changes: number;
  let checks: ServedChecks;

  beforeEach(() => {
    clock = new FakeClock();
    dials = [];
    traces = [];
    changes = 0;
    checks = new ServedChecks({
      clock,
      files: realFiles,
      engine: stubEngine({
        inspectContainer: (id) => Promise.resolve(id === 'abc' ? containerInspect('abc', 'web') : undefined),
      }),
      dial: (request) =>
        new Promise((answer, fail) => {
          dials.push({ ...request, answer, fail });
        }),
      trace: (event) => traces.push(event),
      onChange: () => changes++,
    });
  });

  const served = (fingerprint: string, failure?: string): ObservedServed => ({
    at: clock.now(),
    state: 'served',
    serial: '01',
    fingerprint,
    notBefore: 0,
    notAfter: 1,
    ...(failure === undefined ? {} : { failure }),
  });
  const unreachable = (error = 'refused'): ObservedServed => ({ at: clock.now(), state: 'unreachable', error });
  const answer = async (found: ObservedServed): Promise<void> => {
    const dialled = dials.shift();
    if (dialled === undefined) throw new Error('nobody was dialled');
    dialled.answer(found);
    await clock.settle();
  };
  const want = async (...targets: WantedTarget[]): Promise<void> => {
    checks.want(targets);
    await clock.settle();
  };

  it('dials what was never dialled, and tells what it found', async () => {
    await want(target('a'));
    expect(dials).to.have.length(1);
    expect(dials[0]).to.deep.include({
      host: 'a.lab',
      port: 443,
      serverName: 'a.lab',
      trust: ['root'],
      deadline: 5_000,
    });
    expect(dials[0]).not.to.have.property('identity');
    const found = served('f1');
    await answer(found);
    expect(checks.current()).to.deep.equal({ a: found });
    expect(traces).to.deep.equal([
      { type: 'served-checked', at: clock.now(), key: 'Certificate/web', consumer: 'a', result: found },
    ]);
    expect(changes).to.equal(1);
    await want(target('a'));
    expect(dials).to.deep.equal([]);
  });

  it('asks for another look only when what matters differs', async () => {
    await want(target('a'));
    const sequence: [ObservedServed, number][] = [
      [served('f1'), 1],
      [served('f1'), 0],
      [served('f2'), 1],
      [served('f2', 'signed by nobody we trust'), 1],
      [unreachable('refused'), 1],
      [unreachable('timed out'), 0],
      [served('f2'), 1],
    ];
    for (const [found, news] of sequence) {
      const before = changes;
      await clock.advance(1000);
      checks.checkAll();
      await clock.settle();
      await answer({ ...found, at: clock.now() });
      expect(changes - before).to.equal(news);
    }
    expect(traces).to.have.length(sequence.length);
  });

  it('keeps the same record until something is dialled again, and forgets who is not wanted any more', async () => {
    await want(target('a'), target('b'));
    await answer(served('f1'));
    const before = checks.current();
    await want(target('a'), target('b'));
    expect(checks.current()).to.equal(before);
    await want(target('b'));
    expect(checks.current()).to.deep.equal({});
    await answer(served('f2'));
    expect(Object.keys(checks.current())).to.deep.equal(['b']);
  });

  it('does not listen to an answer of a consumer that is not wanted any more', async () => {
    await want(target('a'));
    await want();
    await answer(served('f1'));
    expect(checks.current()).to.deep.equal({});
    expect([traces.length, changes]).to.deep.equal([0, 0]);
  });

  it('dials again at once a consumer that moved, and listens to its new place only', async () => {
    await want(target('a'));
    await want(target('a', { address: 'new.lab' }));
    expect(dials.map(({ host }) => host)).to.deep.equal(['a.lab', 'new.lab']);
    await answer(served('old'));
    expect(checks.current()).to.deep.equal({});
    await answer(served('new'));
    expect(checks.current()['a']).to.include({ fingerprint: 'new' });
  });

  it('dials one that was unreachable or refused us again after a while, without waiting for the schedule', async () => {
    for (const bad of [unreachable(), served('f1', 'refused our client certificate')]) {
      await want(target('a'));
      await answer({ ...bad, at: clock.now() });
      await want(target('a'));
      expect(dials).to.deep.equal([]);
      await clock.advance(30_000);
      await want(target('a'));
      expect(dials).to.have.length(1);
      await answer(served('f1'));
      await want();
    }
  });

  it('dials at most four at once, and nobody twice at a time', async () => {
    await want(...Array.from({ length: 10 }, (_, index) => target(`t${index}`)));
    expect(dials).to.have.length(4);
    checks.checkAll();
    await clock.settle();
    expect(dials).to.have.length(4);
    let all = 0;
    for (; dials.length > 0; all++) {
      expect(dials.length).to.be.at.most(4);
      await answer(served('f'));
    }
    expect(all).to.equal(10);
    checks.checkAll();
    await clock.settle();
    expect(dials).to.have.length(4);
  });

  it('finds the address of a container, and says so when there is none', async () => {
    const { address: _, ...nowhere } = target('a');
    await want({ ...nowhere, container: 'abc' });
    expect(dials[0]?.host).to.equal('172.17.0.2');
    await answer(served('f'));
    await want({ ...nowhere, container: 'gone' });
    expect(checks.current()['a']).to.include({ state: 'unreachable' });
    expect(JSON.stringify(checks.current())).to.contain('does not exist any more');
    await want(nowhere);
    expect(JSON.stringify(checks.current())).to.contain('nothing says where a is');
  });

  it('presents the pair that is live when it dials, and does without where there is none', async () => {
    const identity = join(directory(), 'client');
    mkdirSync(identity);
    await want(target('a', { identity }));
    // The file system answers in its own time.
    await eventually(() => expect(dials).to.have.length(1));
    expect(dials[0]).not.to.have.property('identity');
    await answer(served('f'));
    const content = { key: Buffer.from('K'), certificate: Buffer.from('C'), trust: Buffer.from('T') };
    const version = '..1700000000000-00000001';
    await stageVersion(realFiles, identity, version, content, { uid: -1, gid: -1 }, 0o400);
    await goLive(realFiles, identity, version);
    checks.checkAll();
    await eventually(() => expect(dials).to.have.length(1));
    expect(dials[0]?.identity).to.deep.equal({ certificate: Buffer.from('C'), key: Buffer.from('K') });
    const kept = dials[0]?.identity?.key;
    await answer(served('f'));
    await eventually(() => expect(kept).to.deep.equal(Buffer.alloc(1)));
    rmSync(join(identity, version, 'tls.key'));
    checks.checkAll();
    await eventually(() => expect(dials).to.have.length(1));
    expect(dials[0]).not.to.have.property('identity');
  });

  it('makes a finding of a dial that fails against its promise', async () => {
    await want(target('a'));
    dials.shift()?.fail(new Error('a fault'));
    await clock.settle();
    expect(checks.current()['a']).to.deep.equal({ at: clock.now(), state: 'unreachable', error: 'a fault' });
  });

  it('takes what a step found, and not the answer to a dial that began before', async () => {
    await want(target('a'));
    const found = served('new');
    checks.report('Certificate/web', target('a'), found);
    await answer(served('old'));
    expect(checks.current()).to.deep.equal({ a: found });
    expect([traces.length, changes]).to.deep.equal([1, 1]);
    checks.report('Certificate/web', target('unknown'), found);
    expect(Object.keys(checks.current())).to.deep.equal(['a', 'unknown']);
  });

  it('neither dials nor listens after it was closed', async () => {
    await want(...Array.from({ length: 6 }, (_, index) => target(`t${index}`)));
    checks.close();
    for (let open = dials.length; open > 0; open--) await answer(served('f'));
    checks.checkAll();
    checks.report('Certificate/web', target('a'), served('f'));
    await want(target('b'));
    expect(dials).to.deep.equal([]);
    expect([traces.length, changes, clock.pending]).to.deep.equal([0, 0, 0]);
  });
});
