import fc from 'fast-check';

/** Property tests try the same cases in every default run; BASTION_SEED=random explores others, a number repeats some. */
const wanted = process.env['BASTION_SEED'] ?? '20261122';
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
