import { basename, dirname, join } from 'node:path';
import type { CertificateFiles } from '../../../src/certs/files.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { Step } from '../../../src/model/step.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import type { HouseOptions, Scenario } from './house.ts';

/** An operator with a fault, and what the oracle has to say of it. */
export interface Mutant extends Pick<HouseOptions, 'plan' | 'files'> {
  readonly fault: string;
  readonly scenario: Scenario;
  readonly noticed: RegExp;
}

export const MUTANTS: readonly Mutant[] = [
  {
    fault: 'reissues with a new key before everybody trusts the new authority',
    scenario: 'rotated',
    noticed: /does not trust/,
    plan: changed((step, input) =>
      step.op === 'UpdateTrust' && step.args.trust.length > 1 ? issue(step, input) : step,
    ),
  },
  {
    fault: 'lets the old authority go when the new one comes',
    scenario: 'rotated',
    noticed: /does not trust|does not vouch/,
    plan: changed((step) => {
      if (step.op === 'WriteBundle')
        return { ...step, args: { ...step.args, certificates: step.args.certificates.slice(0, 1) } };
      return step.op === 'UpdateTrust' ? { ...step, args: { ...step.args, trust: step.args.trust.slice(0, 1) } } : step;
    }),
  },
  {
    fault: 'never lets the old authority go',
    scenario: 'rotated',
    noticed: /the bundle holds|lets its reader trust/,
    plan: changed((step) =>
      (step.op === 'WriteBundle' || step.op === 'UpdateTrust') && /rotated/.test(step.cause) && isLast(step)
        ? undefined
        : step,
    ),
  },
  {
    fault: 'renews nothing',
    scenario: 'created',
    noticed: /was not renewed|is not valid now/,
    plan: changed((step) => (step.cause === 'renewal due' ? undefined : step)),
  },
  {
    fault: 'tells nobody',
    scenario: 'created',
    noticed: /serves another certificate/,
    plan: changed((step) => (/^(Signal|Restart)Container$|^VerifyServed$/.test(step.op) ? undefined : step)),
  },
  {
    fault: 'goes live before the certificate is written',
    scenario: 'existing',
    noticed: /live in .* is/,
    files: (files) => ({
      ...files,
      async create(path, content, owner, mode) {
        const version = dirname(path);
        if (basename(path) === 'tls.crt' && (await files.status(join(dirname(version), '..data'))) !== undefined) {
          await files.symlink(basename(version), join(dirname(version), '..early'));
          await files.rename(join(dirname(version), '..early'), join(dirname(version), '..data'));
        }
        await files.create(path, content, owner, mode);
      },
    }),
  },
  {
    fault: 'replaces an authority that is there',
    scenario: 'rotated',
    noticed: /changed a file of the authority/,
    files: withHarm((path) => path.endsWith('root-bundle.crt'), 'root.crt'),
  },
  {
    fault: 'removes no previous version',
    scenario: 'created',
    noticed: /holds \d+ versions/,
    plan: changed((step) => (step.op === 'RemovePreviousPairs' ? undefined : step)),
  },
  {
    fault: 'lets everybody read keys',
    scenario: 'existing',
    noticed: /was written with mode 644/,
    files: (files) => ({
      ...files,
      create: (path, content, owner, mode) =>
        files.create(path, content, owner, path.endsWith('tls.key') ? 0o644 : mode),
    }),
  },
];

/** A planner that does something else instead of some steps, or leaves them out. */
function changed(change: (step: Step, input: PlanningInput) => Step | undefined): (input: PlanningInput) => Plan {
  return (input) => {
    const plan = buildPlan(input);
    const steps: Step[] = [];
    const left = new Map<string, readonly string[]>();
    for (const step of plan.steps) {
      const after = step.after.flatMap((id) => left.get(id) ?? [id]);
      const next = change({ ...step, after }, input);
      if (next === undefined) left.set(step.id, after);
      else steps.push(next);
    }
    return { ...plan, steps };
  };
}

function issue(step: Step<'UpdateTrust'>, { desired, observed }: PlanningInput): Step {
  const authority = desired.resources.find((resource) => resource.kind === 'CertificateAuthority');
  const present = authority && observed.authorities[authority.key]?.certificate;
  if (authority === undefined || present?.state !== 'parsed') return step;
  const { certificate, key } = authority.spec;
  const issuer = { certificate, key, fingerprint: present.certificates[0]?.fingerprint ?? '' };
  return { ...step, op: 'IssueCertificate', args: { ...step.args, issuer, key: 'new' } };
}

function isLast(step: Step): boolean {
  if (step.op === 'WriteBundle') return step.args.certificates.length === 1;
  return step.op === 'UpdateTrust' && step.args.trust.length === 1;
}

/** After a file was renamed into place, the one beside it is written anew. */
function withHarm(isPlace: (path: string) => boolean, name: string): (files: CertificateFiles) => CertificateFiles {
  return (files) => ({
    ...files,
    async rename(from, to) {
      await files.rename(from, to);
      const victim = join(dirname(to), name);
      if (!isPlace(to) || (await files.status(victim)) === undefined) return;
      const content = await files.read(victim);
      await files.remove(victim);
      await files.create(victim, content, { uid: -1, gid: -1 }, 0o444);
    },
  });
}
