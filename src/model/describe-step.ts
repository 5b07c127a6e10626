import type { Step } from './step.ts';

/**
 * What a step does beyond its operation and target, for people; empty when that says it all.
 *
 * @param shows `names`: without the id of what is the target's own container anyway
 */
export function describeStep(step: Step, shows: 'all' | 'names' = 'all'): string {
  switch (step.op) {
    case 'ConnectNetwork':
    case 'DisconnectNetwork':
      return `${step.args.network} ${short(step.args.container)}`;
    case 'RenameContainer':
      return `${short(step.args.container)} to ${step.args.name}`;
    case 'CreateContainer':
      return step.args.name === step.target.slice(step.target.indexOf('/') + 1) ? '' : `as ${step.args.name}`;
    case 'SignalContainer':
      return `${step.args.signal} ${short(step.args.container)}`;
    case 'RecordLevel':
      return `${step.args.loop} ${step.args.level}`;
    case 'RecordRemediation':
      return String(step.args.restarts);
    case 'DeleteSnapshots':
      return step.args.names.join(', ');
    case 'DropOldestBlocks':
      return step.args.directory;
    case 'SaveGrafana':
      return step.args.name;
    case 'PruneBackups':
      return `keep ${step.args.keep}`;
    case 'VerifyServed':
      return step.args.served.consumer;
    case 'StartContainer':
    case 'StopContainer':
    case 'RestartContainer':
    case 'RemoveContainer':
    case 'UnpauseContainer':
      return shows === 'all' && isId(step.args.container) ? short(step.args.container) : '';
    default:
      return '';
  }
}

function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function short(container: string): string {
  return isId(container) ? container.slice(0, 12) : container;
}
