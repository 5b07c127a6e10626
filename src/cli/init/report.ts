import { styled, type Output } from '../output.ts';

/** What became of one thing that `bastion init` takes care of. */
export interface Deed {
  readonly what: string;
  /** `made`, `there` already, `left` as a person has it although something else is needed, or `failed`. */
  readonly outcome: 'made' | 'there' | 'left' | 'failed';
  /** What it is for, or what is to be done about it. */
  readonly note: string;
}

const LOOKS = { made: ['+', 'green'], there: ['=', 'dim'], left: ['!', 'yellow'], failed: ['x', 'red'] } as const;

/** One line. */
export function deedLine({ what, outcome, note }: Deed, output: Pick<Output, 'color'>): string {
  const [sign, style] = LOOKS[outcome];
  return `${styled(output, style, sign)} ${outcome.padEnd(6)} ${what}${note === '' ? '' : `: ${note}`}\n`;
}

/** Whether everything is as it has to be. */
export function isPrepared(deeds: readonly Deed[]): boolean {
  return deeds.every(({ outcome }) => outcome === 'made' || outcome === 'there');
}
