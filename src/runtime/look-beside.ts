import type { CertificateStatus } from '../model/certificate-status.ts';
import type { LoopsStatus } from '../model/loops-status.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import { backupStatuses } from '../plan/backup/report.ts';
import { certificateStatuses } from '../plan/certificate/report.ts';
import { servedTargets } from '../plan/certificate/served-targets.ts';
import { readinessTargets } from '../plan/container/readiness.ts';
import { loopsStatus } from '../plan/service/loops-status.ts';
import { wantedServices } from '../plan/service/wanted-services.ts';
import type { ControllerDependencies } from './dependencies.ts';
import type { TraceBus } from './trace-bus.ts';

/** What a pass saw that is known from dials and questions beside the passes. */
export interface SeenBeside {
  /** Soonest expiry first. */
  readonly certificates: readonly CertificateStatus[];
  readonly loops: LoopsStatus;
}

/** Tells of certificates and loops as a pass saw them, and says whom to dial and ask beside the passes from now on. */
export function lookBeside(
  input: PlanningInput,
  plan: Plan,
  deps: Pick<ControllerDependencies, 'servedChecks' | 'readinessChecks' | 'serviceChecks' | 'backupSchedules'>,
  trace: Pick<TraceBus, 'emit'>,
): SeenBeside {
  const certificates = certificateStatuses(input, plan);
  trace.emit({ type: 'certificates-seen', certificates });
  const loops = loopsStatus(input);
  trace.emit({ type: 'loops-seen', loops });
  trace.emit({ type: 'backups-seen', backups: backupStatuses(input) });
  deps.backupSchedules.want(schedulesOf(input));
  deps.servedChecks.want(servedTargets(input));
  deps.readinessChecks.want(readinessTargets(input));
  deps.serviceChecks.want(wantedServices(input));
  return { certificates, loops };
}

function schedulesOf({ desired }: PlanningInput): string[] {
  const expressions = desired.resources.flatMap((resource) =>
    resource.kind === 'Backup' ? [resource.spec.schedule] : [],
  );
  return [...new Set(expressions)];
}
