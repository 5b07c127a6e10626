import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { FilePatchSpec } from '../../../src/model/file-specs.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/model/memory.ts';
import type { ObservedPath } from '../../../src/model/observed.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { container, NOW, observedContainer, planningInput, resource } from '../../support/planning.ts';
import { expectConditions, expectPlan, planText } from '../../support/plan-text.ts';

const PATH = '/opt/traefik/traefik.yml';
const KEY = 'FilePatch/traefik';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('planning a patch of somebody else’s file', () => {
  const traefik = container('traefik');
  const running = observedContainer(traefik);
  const patch = (spec: Partial<FilePatchSpec> = {}): Resource<'FilePatch'> =>
    resource(
      'FilePatch',
      'traefik',
      {
        path: PATH,
        set: { log: { level: 'INFO' }, metrics: { prometheus: {} } },
        overwrite: [],
        check: { image: 'app:1', commands: [['traefik', '--configFile={file}']] },
        onChange: [{ container: 'traefik', action: { type: 'restart' } }],
        ...spec,
      },
      [],
    );
  const holding = (text: string, parts: Partial<ObservedPath> = {}): ObservedPath => ({
    type: 'file',
    uid: 1000,
    gid: 100,
    mode: 0o640,
    modifiedAt: NOW - 7_200_000,
    digest: sha256(text),
    text,
    ...parts,
  });
  const input = (
    path: ObservedPath | undefined,
    { spec = {}, memory = {} }: { spec?: Partial<FilePatchSpec>; memory?: Partial<Memory> } = {},
  ): PlanningInput =>
    planningInput(
      [patch(spec), traefik],
      { containers: [running], paths: path === undefined ? {} : { [PATH]: path } },
      { memory: { ...EMPTY_MEMORY, ...memory } },
    );
  const OWNED = '# mine\nentryPoints:\n  web: {address: ":80"}\n';
  const DONE = `${OWNED}log:\n  level: INFO\nmetrics:\n  prometheus: {}\n`;

  it('checks, remembers what is ours, writes the whole file, and tells its consumers', () => {
    expectPlan(
      input(holding(OWNED)),
      `
      #1 CheckFile FilePatch/traefik: keys differ
      #2 RecordPatched FilePatch/traefik: keys differ (after #1)
      #3 WriteFile FilePatch/traefik: keys differ (after #2)
           set.log.level: want INFO, got unset
           set.metrics.prometheus: want {}, got unset
      #4 RestartContainer FilePatch/traefik aaaaaaaaaaaa: FilePatch/traefik changed (after #3)
      #5 RecordNotified FilePatch/traefik: FilePatch/traefik changed (after #4)`,
    );
  });

  it('writes what the owner has with our keys in it, as the owner’s, and only over what it has seen', () => {
    const step = buildPlan(input(holding(OWNED))).steps.find(({ op }) => op === 'WriteFile');
    if (step?.op !== 'WriteFile') throw new Error('no step writes');
    const { spec, replaces } = step.args;
    expect(replaces).to.equal(sha256(OWNED));
    expect(spec).to.deep.include({ content: DONE, digest: sha256(DONE), owner: '1000', group: '100', mode: 0o640 });
  });

  it('is done where all holds', () => {
    const done = input(holding(DONE));
    expectPlan(done, 'nothing to do');
    expectConditions(done, `Container/traefik Ready Running\nFilePatch/traefik Ready Present`);
  });

  it('heals keys that went, by name', () => {
    const memory = { patched: { [KEY]: { 'log.level': ['INFO'] } }, notified: { [KEY]: sha256(DONE) } };
    const { spec } = { spec: { check: undefined } } as unknown as { spec: Partial<FilePatchSpec> };
    expect(planText(input(holding(DONE.replace('  level: INFO\n', '')), { spec, memory }))).to.contain(
      'set.log.level: want INFO, got unset',
    );
  });

  it('leaves the owner’s values, tells them without secrets, and writes the rest', () => {
    const set = { log: { level: 'INFO' }, api: { token: 'ours' }, ping: {} };
    const found = input(holding('log: {level: WARN}\napi: {token: theirs}\n'), { spec: { set } });
    expectConditions(
      found,
      `
      Container/traefik Ready Running
      FilePatch/traefik Degraded OwnerConflict
      FilePatch/traefik Progressing Writing`,
    );
    const message = buildPlan(found).conditions.find(({ reason }) => reason === 'OwnerConflict')?.message;
    expect(message)
      .to.contain('set.log.level: want INFO, got WARN; set.api.token: want (secret), got (secret)')
      .and.to.contain('overwrite');
    const settled = input(holding('log: {level: WARN}\napi: {token: theirs}\nping: {}\n'), { spec: { set } });
    expectPlan(settled, 'nothing to do');
    expectConditions(settled, `Container/traefik Ready Running\nFilePatch/traefik Degraded OwnerConflict`);
  });

  it('does not hold up what reads the file when only the owner’s values differ', () => {
    const held = container('traefik', {}, ['FilePatch/traefik']);
    const conflicting = patch({ set: { log: { level: 'INFO' } }, onChange: [] });
    const world = (text: string) => planningInput([conflicting, held], { paths: { [PATH]: holding(text) } });
    expect(planText(world('log: {level: WARN}\n'))).to.contain('CreateContainer Container/traefik');
    expectConditions(
      planningInput([conflicting, held]),
      `
      Container/traefik Blocked DependencyNotReady
      FilePatch/traefik Blocked FileMissing`,
    );
  });

  it('says what it cannot do, and does nothing', () => {
    const reasons: [ObservedPath | undefined, string][] = [
      [undefined, 'Blocked FileMissing'],
      [holding('', { type: 'missing' }), 'Blocked FileMissing'],
      [holding('', { type: 'unreadable', error: 'EACCES' }), 'Degraded Unreadable'],
      [holding('', { type: 'symlink' }), 'Stalled NotAFile'],
      [holding('a: [\n'), 'Degraded Unpatchable'],
      [holding('a: &x 1\n'), 'Degraded Unpatchable'],
    ];
    for (const [path, reason] of reasons) {
      expectPlan(input(path), 'nothing to do');
      expectConditions(input(path), `Container/traefik Ready Running\nFilePatch/traefik ${reason}`);
    }
    const { text: _, ...large } = holding('x');
    expectConditions(input(large), `Container/traefik Ready Running\nFilePatch/traefik Degraded Unpatchable`);
  });

  describe('that was refused', () => {
    const error = (of: string) => ({ code: 'CONFIG_REJECTED', message: 'field not found', of });
    const backoff = (of: string): Partial<Memory> => ({
      backoffs: {
        [KEY]: { specHash: patch().attempt, failures: 1, notBefore: NOW, error: error(of), terminal: true },
      },
    });

    it('is not tried again, until the owner changes the file', () => {
      const refused = input(holding(OWNED), { memory: backoff(sha256(DONE)) });
      expectConditions(refused, `Container/traefik Ready Running\nFilePatch/traefik Degraded ConfigRejected`);
      expect(planText(refused)).to.contain('blocked by CONFIG_REJECTED');
      const mended = input(holding(`${OWNED}# mended\n`), { memory: backoff(sha256(DONE)) });
      expect(planText(mended)).to.contain('CheckFile').and.not.to.contain('blocked');
    });

    it('is taken back when the consumer did not load it, and tried again only with another content', () => {
      const failure = { code: 'NOT_LOADED', message: 'still the old one' };
      const memory: Partial<Memory> = {
        backoffs: {
          [KEY]: { specHash: patch().attempt, failures: 1, notBefore: NOW, error: failure, terminal: true },
        },
        patched: { [KEY]: { 'log.level': ['INFO'], 'metrics.prometheus': [{}] } },
      };
      const live = input(holding(DONE), { memory });
      expectPlan(
        live,
        `
        #1 RestoreFile FilePatch/traefik: rolled back: still the old one
        #2 RecordRollback FilePatch/traefik: rolled back: still the old one (after #1)
        #3 RestartContainer FilePatch/traefik aaaaaaaaaaaa: rolled back: still the old one (after #2)`,
      );
      const [restore, record] = buildPlan(live).steps;
      if (restore?.op !== 'RestoreFile' || record?.op !== 'RecordRollback') throw new Error('other steps');
      expect(restore.args.replaces).to.equal(sha256(DONE));
      const after = {
        patched: memory.patched ?? {},
        rolledBack: { [KEY]: { specHash: record.args.specHash, reason: failure.message, at: NOW } },
      };
      expectPlan(input(holding(OWNED), { memory: after }), 'nothing to do');
      expectConditions(
        input(holding(OWNED), { memory: after }),
        `Container/traefik Ready Running\nFilePatch/traefik Degraded ConfigRolledBack`,
      );
      expect(planText(input(holding(`${OWNED}# more\n`), { memory: after }))).to.contain('WriteFile');
    });
  });
});
