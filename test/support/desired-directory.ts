import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

/** A manifest without its apiVersion. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Name and spec to a manifest. */
export function manifest(kind: string, name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return { kind, metadata: { name }, spec };
}

/** A desired-state directory as a person (or git) edits it. Files appear whole. */
export class DesiredDirectory {
  readonly path: string;
  #written = 0;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  /** Replaces one file by these manifests. */
  write(file: string, ...manifests: readonly Manifest[]): void {
    const documents = manifests.map((each) => stringify({ apiVersion: 'bastion.lab/v1', ...each }));
    this.writeText(file, documents.join('---\n'));
  }

  writeText(file: string, text: string): void {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    // As an editor and git do it; a name that is no manifest's.
    const candidate = `${path}.${(this.#written += 1)}~`;
    writeFileSync(candidate, text);
    renameSync(candidate, path);
  }

  remove(file: string): void {
    rmSync(join(this.path, file));
  }
}
