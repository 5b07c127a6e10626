import { counted } from '../../model/counted.ts';
import type { StatusSnapshot } from '../../model/status.ts';

/** What `systemctl status` shows on one line without wrapping on a wide terminal, and far below a datagram's limit. */
const LONGEST = 240;

/**
 * Where things stand, as the `Status:` line of `systemctl status`: `converged (51 resources)`, `halted at gate
 * metrics-visible since 10:02`, `degraded: Container/web (RolledBack)`, else the headline.
 */
export function statusLine({ result, headline, resources }: StatusSnapshot): string {
  switch (result) {
    case 'converged':
      return `converged (${counted(resources.length, 'resource')})`;
    case 'failing':
      return shortened(`degraded: ${headline.replace(/^failing: /, '')}`);
    case 'progressing':
    case 'waiting':
    case 'stopped':
      return shortened(headline);
  }
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
