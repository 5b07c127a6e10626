import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isEngineError } from '../../engine/errors.ts';
import type { ContainerCreateBody } from '../../engine/wire.ts';
import type { FileSpec } from '../../model/specs.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';
import { contentOf } from './write-file.ts';

/** Labels of throw-away containers; the second says whose, so that leftovers of a crash can be removed. */
export const CHECK_LABEL = 'lab.bastion.check';
export const CHECK_STATE_LABEL = 'lab.bastion.check-state';

const DEADLINE = 60_000;
const MEMORY = 256 * 1024 * 1024;
const OUTPUT_LINES = 20;
/** Directory in the container that holds the candidate. */
const INSIDE = '/candidate';

/**
 * Runs a file's check: its command in a throw-away container that has no network, no capabilities and a read-only root,
 * with the candidate mounted read-only. Nothing of it stays behind, whatever happens.
 *
 * @throws StepError CHECK_FAILED with the end of its output, CHECK_DEADLINE; EngineError; file system errors
 */
export async function checkFile({ spec }: StepArguments['CheckFile'], context: StepContext): Promise<void> {
  const { check } = spec;
  if (check === undefined) return;
  const { stateDirectory, engine, activeChecks } = context;
  const state = shortHash(resolve(stateDirectory));
  const candidateHash = shortHash(`${spec.path}\n${spec.digest}`);
  const name = `bastion-check-${state}-${candidateHash}`;
  const directory = join(resolve(stateDirectory), 'candidates', candidateHash);
  activeChecks.add(name);
  try {
    await removeLeftovers(state, name, context);
    const candidate = await writeCandidate(directory, spec);
    const command = check.command.map((argument) => argument.replaceAll('{file}', `${INSIDE}/${basename(spec.path)}`));
    const id = await engine.createContainer(name, checkBody(check.image, command, candidate, spec, state));
    try {
      await runCheck(id, command, spec, context);
    } finally {
      await engine.removeContainer(id, true);
    }
  } finally {
    activeChecks.delete(name);
    await rm(directory, { recursive: true, force: true });
  }
}

async function runCheck(
  id: string,
  command: readonly string[],
  spec: FileSpec,
  { engine }: StepContext,
): Promise<void> {
  try {
    await engine.startContainer(id);
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_BAD_REQUEST')) throw error;
    const detail = `\`${command.join(' ')}\` cannot be started in ${spec.check?.image ?? ''}: ${error.message}`;
    throw new StepError('CHECK_FAILED', `${spec.path}: ${detail}`, { cause: error });
  }
  let exitCode: number;
  try {
    exitCode = await engine.waitContainer(id, DEADLINE);
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_DEADLINE')) throw error;
    throw new StepError(
      'CHECK_DEADLINE',
      `${spec.path}: \`${command.join(' ')}\` did not end within ${DEADLINE / 1000} s; the file stays as it is.`,
      {
        cause: error,
      },
    );
  }
  if (exitCode === 0) return;
  const output = (await engine.logs(id, OUTPUT_LINES)).trim();
  throw new StepError(
    'CHECK_FAILED',
    `${spec.path}: \`${command.join(' ')}\` ended with ${exitCode}, so the file stays as it is. Its output:\n${output || '(none)'}`,
  );
}

/** Readable for whatever user the image has: it has no capability to read past a mode. The directory is the wall. */
async function writeCandidate(directory: string, spec: FileSpec): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, basename(spec.path));
  await writeFile(path, contentOf(spec), { mode: 0o444, flag: 'wx' });
  await chmod(path, 0o444);
  return path;
}

function checkBody(
  image: string,
  command: readonly string[],
  candidate: string,
  spec: FileSpec,
  state: string,
): ContainerCreateBody {
  return {
    Image: image,
    Entrypoint: command.slice(0, 1),
    Cmd: command.slice(1),
    Labels: { [CHECK_LABEL]: '1', [CHECK_STATE_LABEL]: state },
    // The image's own health check would only be in the way.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 64,
      Memory: MEMORY,
      MemorySwap: MEMORY,
      Tmpfs: { '/tmp': 'size=16m' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      Mounts: [{ Type: 'bind', Source: candidate, Target: `${INSIDE}/${basename(spec.path)}`, ReadOnly: true }],
    },
  };
}

/** Removes what killed checks of this state directory left, except those that run now beside this one. */
async function removeLeftovers(state: string, own: string, { engine, activeChecks }: StepContext): Promise<void> {
  for (const entry of await engine.listContainers()) {
    if (entry.Labels[CHECK_LABEL] === undefined || entry.Labels[CHECK_STATE_LABEL] !== state) continue;
    const names = entry.Names.map((name) => name.replace(/^\//, ''));
    if (names.includes(own) || !names.some((name) => activeChecks.has(name)))
      await engine.removeContainer(entry.Id, true);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
