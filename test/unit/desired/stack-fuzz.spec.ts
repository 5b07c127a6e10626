import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredState } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';
import { Mutator } from './mutator.ts';
import { TOYS } from './toy-renderers.ts';

const CASES = Number(process.env['BASTION_FUZZ'] ?? 300);

/** What mutations are made of: high-level resources that look at each other, and what they need. */
const RICH = [
  manifest('Gate', 'go', '{checklist: [x]}'),
  manifest('Prometheus', 'prometheus', '\n  retention: 30d\n  dependsOn: [Gate/go]', ', labels: {mode: "0640"}'),
  manifest('ScrapeTarget', 'a', '{port: 1}'),
  manifest('Dashboard', 'one', '{dependsOn: [Prometheus/prometheus]}'),
  manifest('Grafana', 'grafana'),
].join('---\n');

const BYSTANDERS = [
  manifest('CertificateAuthority', 'lab', '{create: true}'),
  manifest('ScrapeTarget', 'b', '{port: 2}'),
];

describe('high-level resources in bad input', () => {
  const directory = temporaryDirectory('stack-fuzz');

  async function before(): Promise<DesiredState> {
    writeFiles(directory(), { 'rich.yaml': RICH, 'sound.yaml': BYSTANDERS.join('---\n'), 'board.json': 'good' });
    const state = await load(directory(), { renderers: TOYS });
    expect(lines(state)).to.deep.equal([]);
    return state;
  }

  function expectConsistent(state: DesiredState, what: string): void {
    const present = new Set(keys(state));
    for (const { dependsOn } of state.resources)
      for (const key of dependsOn) expect(present.has(key), `${what}: ${key}`).to.equal(true);
    for (const key of Object.keys(state.expansion.members))
      expect([...present], `${what}: a member of the expansion`).to.include(key);
    for (const { severity, source } of state.findings) {
      expect(source.file, what).to.match(/\.ya?ml$/);
      if (severity === 'error') expect(state.complete, what).to.equal(false);
    }
    expect(present.has('ScrapeTarget/b'), what).to.equal(true);
  }

  it(`lose nothing and nobody else's place in what they render through ${CASES} mutated manifests`, async function () {
    this.timeout(60_000 + CASES * 50);
    const previous = await before();
    let broken = 0;
    for (let seed = 1; seed <= CASES; seed += 1) {
      writeFileSync(join(directory(), 'rich.yaml'), new Mutator(seed).mutate(RICH));
      const state = await load(directory(), { renderers: TOYS, previous });
      const what = `seed ${seed}\n${lines(state).join('\n')}`;
      expectConsistent(state, what);
      if (state.complete) continue;
      broken += 1;
      for (const key of keys(previous).filter((each) => !each.startsWith('Image/')))
        expect(keys(state), `${what}: ${key} was lost`).to.include(key);
      const targets = specOf(state, 'File', 'prometheus-targets').content;
      expect(targets, what).to.contain('b:2').and.to.match(/^a:/m);
    }
    expect(broken, 'mutations that broke something').to.be.above(CASES / 2);
  });

  it('need no last good state: what is sound is expanded, what is not is located', async function () {
    this.timeout(60_000);
    await before();
    for (let seed = 1; seed <= Math.ceil(CASES / 5); seed += 1) {
      writeFileSync(join(directory(), 'rich.yaml'), new Mutator(seed + 1_000_000).mutate(RICH));
      const state = await load(directory(), { renderers: TOYS });
      expectConsistent(state, `seed ${seed}\n${lines(state).join('\n')}`);
      expect(state.frozen.size).to.equal(0);
    }
  });
});
