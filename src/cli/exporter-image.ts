import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../desired/package-root.ts';
import type { Command } from './command.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { NODE_IMAGE } from './exporter-context/dockerfile.ts';
import { nodeFiles } from './exporter-context/node-files.ts';
import { ForeignEntry, writeExporterContext } from './exporter-context/write-context.ts';

/** Second argument that asks for the Node of this host in place of an image. */
const THIS_HOST = 'host';

export const command: Command = async ({ settings, positionals, output }) => {
  const [given, base = NODE_IMAGE] = positionals;
  if (given === undefined)
    throw new UsageError('write it where? For example: bastion exporter-image /opt/bastion/adguard-exporter');
  if (base !== THIS_HOST && !/^[^\s@]+(:[^\s:/@]+|@sha256:[0-9a-f]{64})$/.test(base))
    throw new UsageError(`${base} is neither a pinned image (name:tag) nor the word ${THIS_HOST}`);
  const directory = resolve(given);
  const bundle = join(packageRoot(), 'dist', 'adguard-exporter.js');
  if (!existsSync(bundle))
    throw new CommandError(`${bundle} is not there: run npm run build first, or install bastion again`);
  const node = base === THIS_HOST ? nodeFiles() : base;
  try {
    await writeExporterContext(directory, { bundle, node });
  } catch (error) {
    if (error instanceof ForeignEntry) throw new CommandError(error.message);
    throw error;
  }
  if (settings.json) output.write(`${JSON.stringify({ directory, base: base === THIS_HOST ? null : base })}\n`);
  else output.write(`${directory} holds what the image of an AdGuardExporter is built of (spec.context)\n`);
  return EXIT.done;
};
