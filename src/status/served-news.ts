import type { ObservedServed } from '../model/observed-certificates.ts';
import type { TraceEvent } from '../model/trace.ts';

type Checked = Extract<TraceEvent, { type: 'served-checked' }>;

/** What is worth saying about a dial, and whether it is good news. */
export interface ServedText {
  readonly kind: 'good' | 'bad' | 'same';
  readonly text: string;
}

function troubleOf(result: ObservedServed): string | undefined {
  return result.state === 'unreachable' ? result.error : result.failure;
}

/** Remembers what each consumer was seen to serve, so that only what is bad or another one is news. */
export class ServedNews {
  readonly #last = new Map<string, { readonly trouble: string | undefined; readonly fingerprint: string }>();

  /** The dial in words. A first sight that is good is no news. */
  tell({ key, consumer, result }: Checked): ServedText {
    const id = `${key} ${consumer}`;
    const before = this.#last.get(id);
    const trouble = troubleOf(result);
    const fingerprint = result.state === 'served' ? result.fingerprint : (before?.fingerprint ?? '');
    this.#last.set(id, { trouble, fingerprint });
    if (trouble !== undefined) {
      const what =
        result.state === 'unreachable' ? 'shows no certificate' : 'shows its certificate, but refuses or is refused';
      // Who never answered may only be on its way up. Where that lasts, the Certificate becomes Degraded, which is told.
      const isStarting = result.state === 'unreachable' && fingerprint === '';
      const kind = isStarting || before?.trouble === trouble ? 'same' : 'bad';
      return { kind, text: `${key}: ${consumer} ${what}: ${trouble}` };
    }
    const until = result.state === 'served' ? new Date(result.notAfter).toISOString().slice(0, 10) : '';
    const serial = result.state === 'served' ? result.serial.slice(0, 8) : '';
    const text = `${key}: ${consumer} serves the certificate ${serial} (until ${until})`;
    const mended = before?.trouble !== undefined;
    const changed = before !== undefined && before.fingerprint !== '' && before.fingerprint !== fingerprint;
    return { kind: mended || changed ? 'good' : 'same', text };
  }
}
