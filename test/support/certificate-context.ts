import type { StepContext } from '../../src/apply/context.ts';
import { realFiles } from '../../src/certs/real-files.ts';

/** What steps on certificates use: the real files, and services that nobody reaches. */
export function certificateContext(
  extra: Partial<Pick<StepContext, 'files' | 'dial' | 'reportServed'>> = {},
): Pick<StepContext, 'files' | 'dial' | 'reportServed'> {
  return {
    files: realFiles,
    dial: ({ host, port }) => Promise.resolve({ at: 0, state: 'unreachable', error: `${host}:${port} is not there` }),
    reportServed: () => undefined,
    ...extra,
  };
}
