import { explain } from '../desired/explain.ts';
import type { Command } from './command.ts';
import { EXIT, UsageError } from './errors.ts';

export const command: Command = ({ settings, positionals, output }) => {
  const path = positionals[0];
  let text: string;
  try {
    text = explain(path);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  output.write(
    settings.json ? `${JSON.stringify({ path: path ?? '', text })}\n` : text.endsWith('\n') ? text : `${text}\n`,
  );
  return Promise.resolve(EXIT.done);
};
