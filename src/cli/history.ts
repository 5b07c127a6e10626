import { formatChange, formatDuration } from '../model/format-change.ts';
import { parseKey } from '../model/key.ts';
import { revisionText } from '../model/revision-text.ts';
import { readHistory, type HistoryLine } from '../status/history.ts';
import { markOf, shownFields } from '../status/step-mark.ts';
import type { Command } from './command.ts';
import { EXIT, UsageError } from './errors.ts';
import { styled, type Output } from './output.ts';
import { localTime } from '../status/times.ts';

const SIGNS = { add: '+', change: '~', remove: '-' } as const;
const COLORS = { add: 'green', change: 'yellow', remove: 'red' } as const;

/** One line of history for people, with its changed fields below. */
export function historyText(line: HistoryLine, output: Pick<Output, 'color'>, widths: { target: number }): string {
  const mark = markOf(line);
  const time = styled(output, 'dim', localTime(line.time));
  const commit = line.commit === undefined ? '' : styled(output, 'dim', ` ${revisionText(line.commit, 9)}`);
  const head = `${time} ${styled(output, COLORS[mark], SIGNS[mark])} ${line.op.padEnd(17)} ${line.target.padEnd(widths.target)}`;
  const result =
    line.result === 'done'
      ? styled(output, 'dim', formatDuration(line.milliseconds))
      : styled(output, 'red', `${line.result}: ${line.error ?? ''}`);
  const fields = shownFields(line).map((change) => `${' '.repeat(22)}${formatChange(change)}\n`);
  const said = line.said === undefined ? [] : line.said.split('\n').map((text) => `${' '.repeat(22)}${text}\n`);
  const detail = line.detail === undefined ? '' : `${line.detail}  `;
  return `${head}  ${detail}${line.cause}  ${result}${commit}\n${[...fields, ...said].join('')}`;
}

export const command: Command = ({ settings, positionals, output }) => {
  const limit = Number(settings.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageError(`--limit must be a whole number above 0, not ${settings.limit}`);
  const target = positionals[0];
  if (target !== undefined && parseKey(target) === undefined)
    throw new UsageError(`${target} is not a resource; write Kind/name, e.g. Container/web`);
  const lines = readHistory(settings.stateDirectory, { limit, ...(target === undefined ? {} : { target }) });
  if (settings.json) output.write(`${JSON.stringify(lines, undefined, 2)}\n`);
  else if (lines.length === 0)
    output.write(`no history${target === undefined ? '' : ` of ${target}`} yet in ${settings.stateDirectory}\n`);
  else {
    const width = Math.max(...lines.map((line) => line.target.length));
    for (const line of lines) output.write(historyText(line, output, { target: width }));
  }
  return Promise.resolve(EXIT.done);
};
