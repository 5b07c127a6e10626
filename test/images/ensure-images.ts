import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callEngine, getJson } from '../../scripts/support/engine-http.ts';
import { buildRootfs } from './build-rootfs.ts';
import { fetchPackage, sourceState } from './fetch-package.ts';
import { RECIPES, type ImageName, type ImageRecipe } from './recipes.ts';

/** How an image is to be named, or why there is none. */
export interface ImageAvailability {
  /** What to run: the pinned upstream reference, or `bastion-local/<name>:<version>`; upstream's when unavailable. */
  readonly reference: string;
  /** `bastion-local/<name>` when it is only ever built. */
  readonly upstream: string;
  readonly available: boolean;
  /** Whether this call brought it onto the engine. */
  readonly added: boolean;
  /** Why it is not available. */
  readonly reason?: string;
}

/** Label that carries the hash of the recipe an image was built by. */
const RECIPE_LABEL = 'bastion-local.recipe';
const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../.cache/images');
const PULL_IDLE_MILLISECONDS = 10_000;
const UNREACHABLE =
  /no such host|dial tcp|connection refused|timeout|timed out|deadline|unreachable|TLS handshake|EOF|toomanyrequests|no answer/i;

/**
 * Brings images onto an engine: what is there already is taken; else the pinned upstream reference is pulled; where no
 * registry can be reached (learned once, within seconds) it is built from distribution packages. What has no upstream is
 * built, and again when what it is built from has changed. Never rejects for one image: what cannot be had says why.
 *
 * @param host `unix:///path` or `tcp://name:port` of the engine.
 * @param log Told what is done, one line each.
 */
export async function ensureImages<N extends ImageName>(
  host: string,
  names: readonly N[],
  log: (line: string) => void = () => undefined,
): Promise<Record<N, ImageAvailability>> {
  const result: Partial<Record<N, ImageAvailability>> = {};
  let registry: string | undefined;
  for (const name of names) {
    const recipe = RECIPES[name];
    const { upstream = `bastion-local/${name}` } = recipe;
    const isPulled = recipe.upstream !== undefined;
    const found = isPulled && (await hasImage(host, upstream)) ? upstream : undefined;
    if (isPulled && found === undefined && registry === undefined) {
      log(`pulling ${upstream}`);
      const problem = await pull(host, upstream);
      if (problem === undefined) {
        result[name] = { reference: upstream, upstream, available: true, added: true };
        continue;
      }
      log(`cannot pull ${upstream}: ${problem}`);
      if (UNREACHABLE.test(problem)) registry = problem;
    }
    const present = found ?? (await builtImage(host, recipe));
    if (present !== undefined) {
      result[name] = { reference: present, upstream, available: true, added: false };
      continue;
    }
    try {
      const { source } = recipe;
      log(`building ${name} from ${source.type === 'build' ? source.bundle : `the package ${source.package}`}`);
      const reference = await build(host, name, recipe);
      log(`built ${reference}`);
      result[name] = { reference, upstream, available: true, added: true };
    } catch (error) {
      const reason = `${isPulled ? 'no registry and no package' : 'it cannot be built'}: ${error instanceof Error ? error.message : String(error)}`;
      log(`${name} is not available: ${reason}`);
      result[name] = { reference: upstream, upstream, available: false, added: false, reason };
    }
  }
  return result as Record<N, ImageAvailability>;
}

async function hasImage(host: string, reference: string): Promise<boolean> {
  return (await callEngine(host, { path: `/images/${reference}/json` })).status === 200;
}

/** Undefined when pulled, else why not. */
async function pull(host: string, reference: string): Promise<string | undefined> {
  const [image = '', tag = ''] = reference.split(/:(?=[^/]*$)/);
  const path = `/images/create?fromImage=${encodeURIComponent(image)}&tag=${encodeURIComponent(tag)}`;
  try {
    const answer = await callEngine(host, { method: 'POST', path, idleMilliseconds: PULL_IDLE_MILLISECONDS });
    const failure = errorIn(answer.text);
    if (answer.status === 200 && failure === undefined && (await hasImage(host, reference))) return undefined;
    return failure ?? `the engine answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The error in an answer or in a stream of JSON objects; undefined when there is none. */
function errorIn(text: string): string | undefined {
  const found = /"(?:error|message)":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return found === undefined ? undefined : (JSON.parse(found) as string);
}

async function builtImage(host: string, recipe: ImageRecipe): Promise<string | undefined> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${RECIPE_LABEL}=${await recipeHash(recipe)}`] }));
  const images = await getJson<{ RepoTags: string[] | null }[]>(host, `/images/json?filters=${filters}`);
  return images.flatMap((image) => image.RepoTags ?? []).find((tag) => tag.startsWith('bastion-local/'));
}

async function build(host: string, name: ImageName, recipe: ImageRecipe): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'bastion-image-'));
  try {
    const { directory, version } = await fetchPackage(recipe.source, CACHE, join(scratch, 'package'));
    await buildRootfs(recipe, directory, join(scratch, 'rootfs'));
    const changes = [
      ...recipe.changes,
      `LABEL org.opencontainers.image.title=${name}`,
      `LABEL org.opencontainers.image.version=${version}`,
      `LABEL ${RECIPE_LABEL}=${await recipeHash(recipe)}`,
    ];
    const query = new URLSearchParams([
      ['fromSrc', '-'],
      ['repo', `bastion-local/${name}`],
      ['tag', version],
      ...changes.map((change): [string, string] => ['changes', change]),
    ]);
    const reference = `bastion-local/${name}:${version}`;
    const before = await callEngine(host, { path: `/images/${reference}/json` });
    await importTar(host, `/images/create?${query.toString()}`, join(scratch, 'rootfs'));
    // What lost its name to this one would only take up room; while a container uses it, it stays.
    if (before.status === 200) {
      const { Id } = JSON.parse(before.text) as { Id: string };
      await callEngine(host, { method: 'DELETE', path: `/images/${Id}` });
    }
    return reference;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function importTar(host: string, path: string, rootfs: string): Promise<void> {
  const tar = spawn('tar', ['--sort=name', '--mtime=@0', '--numeric-owner', '-C', rootfs, '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', (code) => resolve(code ?? -1));
  });
  const [answer, code] = await Promise.all([
    callEngine(host, { method: 'POST', path, body: tar.stdout, idleMilliseconds: 120_000 }),
    ended,
  ]);
  if (code !== 0) throw new Error(`tar of ${rootfs} failed with exit code ${code}`);
  const failure = errorIn(answer.text);
  if (answer.status !== 200 || failure !== undefined) {
    throw new Error(`the engine refused the import: ${failure ?? answer.text.trim()}`);
  }
}

async function recipeHash(recipe: ImageRecipe): Promise<string> {
  const told = JSON.stringify(recipe) + (await sourceState(recipe.source));
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}
