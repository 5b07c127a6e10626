import { CANDIDATE_DIRECTORY } from '../../model/candidate.ts';
import type { FileManifest } from '../../model/manifest-types.ts';
import type { FileCheck } from '../../model/file-specs.ts';
import type { Field } from '../field.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';
import { readMilliseconds } from './duration.ts';
import { isWithin } from './host-path.ts';
import { readMount } from './mounts.ts';
import { readReference } from './reference.ts';
import { readCommand } from './shell-split.ts';

type Written = NonNullable<FileManifest['spec']['check']>;

/** Milliseconds: as long as a check may take at all. */
const LONGEST_RUN = 60_000;

/**
 * A check to its normal form.
 *
 * @param name of the candidate, beside which the further files lie
 */
export function readCheck(check: Written, name: string, context: NormaliseContext, field: Field): FileCheck {
  return defined({
    image: readReference(check.image, context.images, field.at('image')) ?? check.image,
    commands: readCommands(check, field),
    user: check.user === undefined ? undefined : String(check.user),
    files: check.files === undefined ? undefined : readFiles(check.files, name, field.at('files')),
    volumes: check.volumes === undefined ? undefined : readVolumes(check.volumes, field.at('volumes')),
    runsFor: check.runsFor === undefined ? undefined : readRun(check.runsFor, field.at('runsFor')),
  });
}

function readCommands({ command, commands }: Written, field: Field): FileCheck['commands'] {
  if ((command === undefined) === (commands === undefined))
    return field.error(`needs exactly one of command and commands${command === undefined ? '' : ', not both'}`) ?? [];
  const list: (readonly [string | readonly string[], Field])[] =
    command === undefined
      ? (commands ?? []).map((each, position) => [each, field.at('commands', position)])
      : [[command, field.at('command')]];
  if (list.length === 0) field.at('commands').error('is empty');
  return list.map(([each, at]) => {
    const words = readCommand(each, at) ?? [];
    if (words.length === 0) at.error('is empty');
    return words;
  });
}

function readFiles(files: Readonly<Record<string, string>>, candidate: string, field: Field): FileCheck['files'] {
  for (const name of Object.keys(files)) {
    const at = field.at(name);
    if (/[/\0]/.test(name) || ['', '.', '..'].includes(name)) at.error('is no name of a file: no directories');
    else if (name === candidate) at.error('is the name of the candidate itself');
  }
  return files;
}

function readVolumes(entries: readonly string[], field: Field): FileCheck['volumes'] {
  const byTarget = new Map<string, { source: string; target: string }>();
  entries.forEach((entry, position) => {
    const at = field.at(position);
    const mount = readMount(entry, at);
    if (mount === undefined) return;
    const { type, source, target, propagation } = mount;
    if (type !== 'bind' || source === undefined || propagation !== undefined || /:rw$/.test(entry))
      return at.error('is not HOST:CONTAINER with two absolute paths; it is always read only');
    if (isWithin(target, CANDIDATE_DIRECTORY) || target === '/tmp')
      return at.error(`hides ${target}, which the check itself needs: choose another path in the container`);
    if (byTarget.has(target)) return at.error(`shows a second thing at ${target}: one must go`);
    byTarget.set(target, { source, target });
  });
  return [...byTarget.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

function readRun(text: string, field: Field): number | undefined {
  const milliseconds = readMilliseconds(text, field);
  if (milliseconds === undefined || milliseconds <= LONGEST_RUN) return milliseconds;
  return field.error('is longer than 1m: a check must come to an end');
}
