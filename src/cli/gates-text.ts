import { gateStateText, namesText } from '../status/gate-words.ts';
import type { StatusJson } from '../status/status-json.ts';
import { styled, type Output } from './output.ts';

type Gate = StatusJson['gates'][number];

/** Gates with their checklist, the exact command that opens them, and what they hold back; `now` in ms since the epoch. */
export function gatesText(gates: readonly Gate[], output: Pick<Output, 'color'>, now: number): string {
  const name = (gate: Gate): string => gate.key.slice(gate.key.indexOf('/') + 1);
  const width = Math.max(0, ...gates.map((gate) => name(gate).length));
  return gates
    .map((gate) => {
      const color = gate.open ? 'green' : gate.awaitingHuman ? 'magenta' : 'dim';
      const sign = gate.open ? '=' : gate.awaitingHuman ? '!' : '.';
      const lines = [`  ${styled(output, color, `${sign} ${name(gate).padEnd(width)}  ${gateStateText(gate, now)}`)}`];
      if (!gate.open && gate.behind.length > 0) lines.push(`      holds back ${namesText(gate.behind)}`);
      if (gate.refused !== undefined)
        lines.push(`      ${styled(output, 'red', 'a file is there but does not count:')} ${gate.refused}`);
      if (gate.awaitingHuman && !gate.open) {
        for (const item of gate.checklist) lines.push(`      [ ] ${item}`);
        lines.push(`      ${styled(output, 'bold', gate.touch)}`);
      }
      return `${lines.join('\n')}\n`;
    })
    .join('');
}

/** Removals that wait, each with exactly what it would remove. */
export function consentsText(consents: StatusJson['consents'], output: Pick<Output, 'color'>): string {
  return consents
    .map(({ touch, removes }) => {
      const lines = removes.map((what) => `      - ${what}`);
      return `  ${styled(output, 'magenta', '! to be removed once you consent:')}\n${lines.join('\n')}\n      ${styled(output, 'bold', touch)}\n`;
    })
    .join('');
}

/** What the human did and nothing came of. */
export function warningsText(warnings: StatusJson['warnings'], output: Pick<Output, 'color'>): string {
  return warnings.map((text) => `  ${styled(output, 'yellow', '!')} ${text}\n`).join('');
}
