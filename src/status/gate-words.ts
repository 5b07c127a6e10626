import type { StatusJson } from './status-json.ts';
import { forAge } from './times.ts';

const MOST_NAMES = 6;

/** Names joined with commas, the last ones counted instead of named. */
export function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** How a gate stands, in the words that terminal and page share; `now` in milliseconds since the epoch. */
export function gateStateText(gate: StatusJson['gates'][number], now: number): string {
  if (gate.open) return 'open';
  return gate.awaitingHuman ? `closed, waiting for you${forAge(gate.since, now)}` : 'closed, not your turn yet';
}
