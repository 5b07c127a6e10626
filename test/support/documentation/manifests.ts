import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { formatFinding } from '../../../src/desired/format-finding.ts';
import { loadDesiredState } from '../../../src/desired/load.ts';
import { REPOSITORY } from './blocks.ts';

interface Document {
  kind?: unknown;
  metadata?: { name?: unknown };
  [field: string]: unknown;
}

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** What examples that lie beside a desired state take for granted: files, an application. */
const BESIDE = join(HERE, 'beside');

/**
 * What the loader of `bastion validate` has against examples, each as a line.
 *
 * @param directory an empty one to lay the desired state out in
 * @param texts examples that make one desired state together
 * @param base directory of a desired state that they are laid into, from the repository's root: what they hold takes the
 *   place of its resources of the same kind and name
 */
export async function findingsOf(directory: string, texts: readonly string[], base?: string): Promise<string[]> {
  const examples = texts.flatMap(documentsOf);
  const names = new Set(examples.map(nameOf));
  mkdirSync(directory, { recursive: true });
  if (base !== undefined) {
    cpSync(join(REPOSITORY, base), directory, { recursive: true });
    cpSync(BESIDE, directory, { recursive: true, force: false });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
      const rest = documentsOf(readFileSync(join(directory, file), 'utf8'));
      rmSync(join(directory, file));
      write(
        join(directory, file),
        rest.filter((document) => !names.has(nameOf(document))),
      );
    }
  }
  write(join(directory, 'example.yaml'), examples);
  const { findings } = await loadDesiredState({ directory, root: '' });
  return findings.map((finding) => formatFinding(finding, directory));
}

/**
 * The fragments of one page, completed: laid over `completions/<page>.yaml`, member by member, lists as a whole. What is
 * in the completion only is added.
 */
export function completed(page: string, fragments: readonly string[]): string {
  const path = join(HERE, 'completions', `${basename(page, '.md')}.yaml`);
  const documents = existsSync(path) ? documentsOf(readFileSync(path, 'utf8')) : [];
  for (const fragment of fragments.flatMap(documentsOf)) {
    const at = documents.findIndex((document) => nameOf(document) === nameOf(fragment));
    if (at < 0) documents.push({ apiVersion: 'bastion.lab/v1', ...fragment });
    else documents[at] = merged(documents[at], fragment) as Document;
  }
  return documents.map((document) => stringify(document)).join('---\n');
}

function documentsOf(text: string): Document[] {
  return parseAllDocuments(text)
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS() as Document | null;
    })
    .filter((document) => document !== null);
}

function nameOf({ kind, metadata }: Document): string {
  return `${String(kind)}/${String(metadata?.name)}`;
}

function write(path: string, documents: readonly Document[]): void {
  if (documents.length > 0) writeFileSync(path, documents.map((document) => stringify(document)).join('---\n'));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merged(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const all = { ...below };
  for (const [key, value] of Object.entries(above)) all[key] = key in below ? merged(below[key], value) : value;
  return all;
}
