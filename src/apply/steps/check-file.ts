import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isEngineError } from '../../engine/errors.ts';
import type { ContainerCreateBody } from '../../engine/wire.ts';
import { CANDIDATE_DIRECTORY } from '../../model/candidate.ts';
import type { FileCheck, FileSpec } from '../../model/file-specs.ts';
import type { StepArguments } from '../../model/step.ts';
import { CHECK_LABEL, CHECK_STATE_LABEL, confinedBody } from '../confined-body.ts';
import type { StepContext } from '../context.ts';
import { shortHash } from '../short-hash.ts';
import { StepError } from '../step-error.ts';
import { contentOf } from './write-file.ts';

/** Milliseconds for each command. */
const DEADLINE = 60_000;
const MEMORY = 256 * 1024 * 1024;
const OUTPUT_LINES = 20;

/** One command of a check, as it is run. */
interface Run {
  readonly command: readonly string[];
  /** Milliseconds after which it has passed when it still runs; undefined: it must exit with 0. */
  readonly runsFor: number | undefined;
}

/**
 * Runs a file's check: each of its commands in a throw-away container of its own that has no network, no capabilities
 * and a read-only root, with the candidate's directory mounted read-only. Nothing of it stays behind, whatever happens.
 *
 * @throws StepError CONFIG_REJECTED with the end of its output, CHECK_DEADLINE; EngineError; file system errors
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
    await writeCandidate(directory, spec, check);
    for (const run of runsOf(check, spec)) {
      const id = await engine.createContainer(name, checkBody(check, run, directory, state));
      try {
        await runCheck(id, run, spec, context);
      } finally {
        await engine.removeContainer(id, true);
      }
    }
  } finally {
    activeChecks.delete(name);
    await rm(directory, { recursive: true, force: true });
  }
}

function runsOf({ commands, runsFor }: FileCheck, spec: FileSpec): Run[] {
  const candidate = `${CANDIDATE_DIRECTORY}/${basename(spec.path)}`;
  return commands.map((command, position) => ({
    command: command.map((argument) => argument.replaceAll('{file}', candidate)),
    runsFor: position === commands.length - 1 ? runsFor : undefined,
  }));
}

async function runCheck(id: string, run: Run, spec: FileSpec, { engine }: StepContext): Promise<void> {
  const command = `\`${run.command.join(' ')}\``;
  const rejected = (detail: string, cause?: unknown): StepError =>
    new StepError('CONFIG_REJECTED', `${spec.path}: ${command} ${detail}`, { cause, of: spec.digest });
  try {
    await engine.startContainer(id);
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_BAD_REQUEST')) throw error;
    throw rejected(`cannot be started in ${spec.check?.image ?? ''}: ${error.message}`, error);
  }
  const exitCode = await exitOf(id, run, command, spec, engine);
  if (exitCode === undefined || (exitCode === 0 && run.runsFor === undefined)) return;
  const expected = run.runsFor === undefined ? '' : ` within ${run.runsFor / 1000} s instead of running on`;
  const output = (await engine.logs(id, OUTPUT_LINES)).trim();
  throw rejected(`ended with ${exitCode}${expected}, so the file stays as it is. Its output:\n${output || '(none)'}`);
}

/** Undefined: it runs on, as it should. */
async function exitOf(
  id: string,
  { runsFor }: Run,
  command: string,
  spec: FileSpec,
  engine: StepContext['engine'],
): Promise<number | undefined> {
  try {
    return await engine.waitContainer(id, runsFor ?? DEADLINE);
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_DEADLINE')) throw error;
    if (runsFor !== undefined) {
      // A slow engine does not answer in time, either.
      const state = (await engine.inspectContainer(id))?.State;
      if (state?.Running === true) return undefined;
      if (state?.Status === 'exited') return state.ExitCode;
    }
    throw new StepError(
      'CHECK_DEADLINE',
      `${spec.path}: ${command} did not end within ${DEADLINE / 1000} s; the file stays as it is.`,
      { cause: error },
    );
  }
}

/** Readable for whatever user the image has: it has no capability to read past a mode. What is above is the wall. */
async function writeCandidate(directory: string, spec: FileSpec, { files = {} }: FileCheck): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const contents = [...Object.entries(files), [basename(spec.path), contentOf(spec)] as const];
  for (const [name, content] of contents) {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o444, flag: 'wx' });
    await chmod(path, 0o444);
  }
  await chmod(directory, 0o755);
}

function checkBody(check: FileCheck, { command }: Run, directory: string, state: string): ContainerCreateBody {
  const mounts = [{ source: directory, target: CANDIDATE_DIRECTORY }, ...(check.volumes ?? [])];
  const { image, user } = check;
  const wanted = { image, command, mounts, tmpfs: { '/tmp': 'size=16m' }, memory: MEMORY };
  return confinedBody(user === undefined ? wanted : { ...wanted, user }, state);
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
