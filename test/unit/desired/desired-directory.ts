import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatFinding } from '../../../src/desired/format-finding.ts';
import { loadDesiredState, type LoadOptions } from '../../../src/desired/load.ts';
import { ManifestValidator } from '../../../src/desired/validate.ts';
import type { DesiredState, Resource } from '../../../src/model/resource.ts';
import type { Kind } from '../../../src/model/key.ts';
import type { Specs } from '../../../src/model/specs.ts';

const validator = new ManifestValidator();

/** Writes files into a directory, which is emptied before. */
export function writeFiles(directory: string, files: Readonly<Record<string, string | Buffer>>): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
}

/** Loads a directory with schemas that are compiled once for all tests. */
export function load(
  directory: string,
  options: Partial<Omit<LoadOptions, 'directory' | 'validator'>> = {},
): Promise<DesiredState> {
  return loadDesiredState({ directory, root: '', validator, ...options });
}

/** Findings as people read them, without the directory. */
export function lines(state: DesiredState): string[] {
  return state.findings.map((finding) => formatFinding(finding, ''));
}

export function keys(state: DesiredState): string[] {
  return state.resources.map(({ key }) => key);
}

/** A manifest's text; `spec` is YAML in flow or block style, already indented as it should be. */
export function manifest(kind: Kind, name: string, spec = '{}', metadata = ''): string {
  return `apiVersion: bastion.lab/v1\nkind: ${kind}\nmetadata: {name: ${name}${metadata}}\nspec: ${spec}\n`;
}

/** A Container's text with image and memory limit, and further lines of its spec. */
export function container(name: string, ...extra: string[]): string {
  const fields = ['image: busybox:1.36', 'mem_limit: 64m', ...extra].flatMap((field) => field.split('\n'));
  return manifest('Container', name, `\n${fields.map((field) => `  ${field}`).join('\n')}`);
}

/** The spec of one resource of a state; fails with the findings when it is not there. */
export function specOf<K extends Exclude<Kind, 'Bastion'>>(state: DesiredState, kind: K, name: string): Specs[K] {
  const resource = state.resources.find((candidate) => candidate.key === `${kind}/${name}`);
  if (resource === undefined) throw new Error(`no ${kind}/${name}:\n${lines(state).join('\n')}`);
  return (resource as Resource<K>).spec;
}
