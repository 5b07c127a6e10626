import type { ControllerDependencies } from '../../src/runtime/dependencies.ts';
import type { Schedule } from '../../src/runtime/schedule.ts';

/** It is never time. */
export const inertSchedule: Schedule = () => ({ close: () => undefined });

/** Nobody is ever dialled. */
export const inertServedChecks: ControllerDependencies['servedChecks'] = {
  want: () => undefined,
  checkAll: () => undefined,
  close: () => undefined,
};

/** No container is ever asked. */
export const inertReadinessChecks: ControllerDependencies['readinessChecks'] = {
  want: () => undefined,
  close: () => undefined,
};

/** No service is ever asked. */
export const inertServiceChecks: ControllerDependencies['serviceChecks'] = {
  want: () => undefined,
  close: () => undefined,
};

/** It is never time for a backup. */
export const inertBackupSchedules: ControllerDependencies['backupSchedules'] = {
  want: () => undefined,
  close: () => undefined,
};
