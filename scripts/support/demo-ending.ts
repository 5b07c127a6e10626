import type { DemoRecord } from './demo-record.ts';

/** Why a demo's operator has ended: by itself or Ctrl-C, or by a demo in another terminal that removes all or takes over. */
export type DemoEnding = 'left' | 'removed' | 'taken over';

/**
 * @param record as it is after the end; undefined: it was removed
 * @param operator process id of the one that has ended
 */
export function demoEnding(record: DemoRecord | undefined, operator: number | undefined): DemoEnding {
  if (record === undefined || record.endedBy === 'down') return 'removed';
  return record.endedBy === 'up' || record.operator !== operator ? 'taken over' : 'left';
}

/** What a demo says when its operator has ended. */
export function farewell(ending: DemoEnding, engine: Pick<DemoRecord, 'host' | 'privateEngine'>): string {
  if (ending === 'removed')
    return '\n  The operator was ended by npm run demo -- --down, which removes all that the demo made.\n';
  if (ending === 'taken over')
    return '\n  The operator was ended by another npm run demo, which goes on where it stopped.\n';
  const besides = engine.privateEngine ? `, as does the private engine at ${engine.host}` : '';
  return `
  The operator has ended; its containers keep running${besides}.
    npm run demo             goes on where it stopped (and changes nothing that runs)
    npm run demo -- --down   removes all that the demo made
`;
}
