import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { packageVersion } from './package-version.ts';

export const command: Command = ({ settings, output }) => {
  const answer = { version: packageVersion, node: process.version, platform: `${process.platform}/${process.arch}` };
  if (settings.json) output.write(`${JSON.stringify(answer)}\n`);
  else output.write(`bastion ${answer.version} (node ${answer.node}, ${answer.platform})\n`);
  return Promise.resolve(EXIT.done);
};
