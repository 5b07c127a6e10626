import fc from 'fast-check';

/** Number of histories that a property gets by default, times BASTION_SIM_RUNS. */
export function runs(usual: number): number {
  const factor = Number(process.env['BASTION_SIM_RUNS'] ?? 1);
  return Math.max(1, Math.round(usual * (Number.isFinite(factor) && factor > 0 ? factor : 1)));
}

/** The same histories in every default run; BASTION_SIM_SEED=random explores others, a number repeats some. */
const USUAL_SEED = 20_261_122;

/**
 * Holds a property over many generated values, and on failure tells how to play the smallest failing one again:
 * BASTION_SIM_SEED and BASTION_SIM_PATH repeat it.
 */
export async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  usual: number,
  check: (value: T) => Promise<void>,
): Promise<void> {
  const seed = process.env['BASTION_SIM_SEED'];
  const path = process.env['BASTION_SIM_PATH'];
  const result = await fc.check(fc.asyncProperty(arbitrary, check), {
    numRuns: runs(usual),
    endOnFailure: false,
    interruptAfterTimeLimit: 300_000,
    ...(seed === 'random' ? {} : { seed: Number(seed ?? USUAL_SEED) }),
    ...(path === undefined ? {} : { path }),
  });
  if (!result.failed) return;
  const cause = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  throw new Error(
    `after ${result.numRuns} histories and ${result.numShrinks} shrinks; again with ` +
      `BASTION_SIM_SEED=${result.seed} BASTION_SIM_PATH=${result.counterexamplePath}\n${cause}`,
  );
}
