import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../src/apply/steps/issue-certificate.ts';
import { parseCertificate } from '../src/certs/facts.ts';
import { generateKey, keyToPem } from '../src/certs/keys.ts';
import { issueLeaf } from '../src/certs/leaf.ts';
import { versionName } from '../src/certs/pair-names.ts';
import { goLive, stageVersion } from '../src/certs/pair-store.ts';
import { realFiles } from '../src/certs/real-files.ts';
import { verifyPair } from '../src/certs/verify-pair.ts';
import { loadX509 } from '../src/certs/x509.ts';
import type { KeyAlgorithm } from '../src/model/certificate-specs.ts';
import { pkiContext, pkiWithAuthority } from '../test/unit/apply/pki.ts';
import type { Part } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import { Timings } from './support/timings.ts';

const ALGORITHMS: readonly KeyAlgorithm[] = ['ecdsa-p256', 'rsa-2048'];
const WARM_UP = 20;
/** What "little more than the key" is taken to mean. */
const GOAL = 1.5;
const PARTS = ['a key alone (floor)', 'the whole step', 'its key', 'its signature', 'its check', 'its files'] as const;

type Pki = Awaited<ReturnType<typeof pkiWithAuthority>>;

/** (g) Issuing one certificate, beside making its key alone, in turns; no engine is asked. */
export async function benchIssue(rounds: number): Promise<Part> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bastion-bench-issue-')));
  try {
    const cold = new Timings();
    await cold.take('library', loadX509);
    const pki = await pkiWithAuthority(directory);
    await cold.take('first', () => issueOnce(pki, 'ecdsa-p256'));
    const found = new Map<KeyAlgorithm, Timings>();
    for (const algorithm of ALGORITHMS) {
      const warmUp = new Timings();
      for (let round = 0; round < Math.min(WARM_UP, rounds); round++) await measure(pki, algorithm, warmUp);
      const timings = new Timings();
      for (let round = 0; round < rounds; round++) await measure(pki, algorithm, timings);
      found.set(algorithm, timings);
    }
    return report(found, cold, rounds);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function issueOnce(pki: Pki, algorithm: KeyAlgorithm): Promise<void> {
  await issueCertificate(pki.issue({ keyAlgorithm: algorithm }), pkiContext());
}

/** A floor, the step, and the parts of it once more by themselves. */
async function measure(pki: Pki, algorithm: KeyAlgorithm, timings: Timings): Promise<void> {
  const [floor, whole, ofKey, ofSignature, ofCheck, ofFiles] = PARTS;
  await timings.take(floor, () => generateKey(algorithm));
  const args = pki.issue({ keyAlgorithm: algorithm });
  const context = pkiContext();
  rmSync(args.spec.directory, { recursive: true, force: true });
  await timings.take(whole, () => issueCertificate(args, context));

  const spec = args.spec;
  const now = context.clock.now();
  const pem = readFileSync(pki.authority.certificate);
  const authorityKey = readFileSync(pki.authority.key);
  const authorityCertificate = parseCertificate(pem);
  rmSync(spec.directory, { recursive: true, force: true });
  const key = await timings.take(ofKey, () => generateKey(algorithm));
  const leaf = await timings.take(ofSignature, () => issueLeaf({ authorityCertificate, authorityKey, key, spec, now }));
  const pair = { key: keyToPem(key), certificate: Buffer.from(leaf) };
  await timings.take(ofCheck, () => verifyPair({ ...pair, issuers: [authorityCertificate], spec, now }));
  await timings.take(ofFiles, async () => {
    const version = versionName(now);
    await stageVersion(realFiles, spec.directory, version, { ...pair, trust: pem }, { uid: -1, gid: -1 }, spec.mode);
    await goLive(realFiles, spec.directory, version);
  });
}

function report(found: ReadonlyMap<KeyAlgorithm, Timings>, cold: Timings, rounds: number): Part {
  const rows = [...found].flatMap(([algorithm, timings]) => {
    const floor = timings.of(PARTS[0]);
    return PARTS.map((part) => {
      const { wall, cpu } = timings.of(part);
      return [
        `${algorithm}, ${part}`,
        ...[median(wall), percentile(wall, 0.95)].map(shown),
        ratio(median(wall), median(floor.wall)),
        shown(median(cpu)),
        ratio(median(cpu), median(floor.cpu)),
      ];
    });
  });
  const times = (algorithm: KeyAlgorithm): number => {
    const timings = found.get(algorithm);
    return median(timings?.of(PARTS[1]).cpu ?? []) / median(timings?.of(PARTS[0]).cpu ?? []);
  };
  const of = (name: string): string => {
    const { wall, cpu } = cold.of(name);
    return `${shown(median(wall))} ms (CPU ${shown(median(cpu))} ms)`;
  };
  return {
    tables: [
      {
        title: '(g) Issuing one certificate',
        columns: ['key, what', 'median ms', 'p95 ms', 'of floor', 'CPU ms', 'of floor'],
        rows,
        notes: [
          `${rounds} rounds in turns. The step reads the authority, makes a key, signs, writes and syncs three files, reads them again, checks them as a pair and lets them go live; the authority's key is P-256. The parts are done once more by themselves; what the step takes besides is reading, parents and directories.`,
          `Once in a process: loading the library that signs took ${of('library')}, from its sources and not from the build, and the first step after that ${of('first')}.`,
          'A P-256 key costs next to nothing, so nothing that writes and syncs files can cost little more: there the signature is the time in which the library writes and reads DER, and the rest is the file system. With RSA the key is the cost.',
        ],
      },
    ],
    verdicts: ALGORITHMS.map((algorithm) => ({
      goal: `(g) issuing with ${algorithm} <= ${GOAL}x of its key alone, in CPU`,
      measured: `${times(algorithm).toFixed(2)}x`,
      reached: times(algorithm) <= GOAL,
    })),
  };
}
