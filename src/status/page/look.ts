import type { PassResult } from '../../model/trace.ts';
import type { ResourceState } from '../leading-condition.ts';
import type { StatusJson } from '../status-json.ts';
import { html, type Markup } from './html.ts';

/** How something stands, as far as colours go. The sign and the word beside it say the same without any. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'unknown';

interface Look {
  readonly tone: Tone;
  /** One character, different for each tone. */
  readonly sign: string;
}

export const STATE_LOOKS: Readonly<Record<ResourceState, Look>> = {
  Ready: { tone: 'good', sign: '✓' },
  Progressing: { tone: 'busy', sign: '…' },
  Blocked: { tone: 'wait', sign: '‖' },
  Degraded: { tone: 'bad', sign: '✕' },
  Stalled: { tone: 'bad', sign: '■' },
  Unknown: { tone: 'unknown', sign: '?' },
};

interface NamedLook extends Look {
  readonly word: string;
}

const RESULT_LOOKS: Readonly<Record<PassResult, NamedLook>> = {
  converged: { tone: 'good', sign: '✓', word: 'Converged' },
  progressing: { tone: 'busy', sign: '…', word: 'Progressing' },
  // As the headline calls it.
  waiting: { tone: 'wait', sign: '‖', word: 'Halted' },
  failing: { tone: 'bad', sign: '✕', word: 'Degraded' },
  stopped: { tone: 'bad', sign: '■', word: 'Stopped' },
};
const STARTING: NamedLook = { tone: 'unknown', sign: '…', word: 'Starting' };

/** Whether nothing was compared since the operator started. */
export function isStarting({ clocks }: Pick<StatusJson, 'clocks'>): boolean {
  return clocks.lastPass === null;
}

/** How the whole stands. */
export function overallLook(status: Pick<StatusJson, 'clocks' | 'result'>): NamedLook {
  return isStarting(status) ? STARTING : RESULT_LOOKS[status.result as PassResult];
}

/** Sign and word in their colour; the sign is not read out, since the word says it. */
export function badge(look: Look, word: string): Markup {
  return html`<span class="badge ${look.tone}"><span aria-hidden="true">${look.sign}</span> ${word}</span>`;
}
