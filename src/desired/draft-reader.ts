import type { BastionSpec } from '../model/specs.ts';
import type { Draft } from './draft.ts';
import { formatPath, type Problem } from './field.ts';
import type { FileDigests } from './file-digests.ts';
import { HostPlaces, type SilenceAt } from './host-places.ts';
import { normalise, type Manifest } from './normalise/index.ts';
import type { ParsedDocument } from './parse-documents.ts';
import { checkPolicies } from './policy/index.ts';
import { checkReservedPlaces, RESERVED_PLACES } from './policy/reserved-places.ts';
import { prefixHostPaths } from './root-prefix.ts';

/** What all resources of one reading have in common. */
export interface Surroundings {
  readonly bastion: BastionSpec;
  /** Whether that was written in a Bastion resource. */
  readonly isDeclared: boolean;
  /** Absolute path of the desired-state directory. */
  readonly directory: string;
  /** Prefix of every host path; empty for none. */
  readonly root: string;
  /** Directories that no resource may write. */
  readonly reserved: readonly string[];
  /** Why a path must not be touched; absent: all may. */
  readonly silenceAt?: SilenceAt | undefined;
  /** Of files of build contexts. */
  readonly digests: FileDigests;
}

/** A draft with host paths prefixed, which counts only when nothing is wrong with it. */
export interface ReadDraft {
  readonly draft: Draft;
  /** What is wrong with the resource itself. */
  readonly problems: readonly Problem[];
  /** Whether no problem, be it the Bastion's, is an error. */
  readonly isSound: boolean;
}

const isError = ({ severity }: Problem): boolean => severity !== 'warning';

/** Valid manifests to drafts: normalised, and checked by every rule that looks at one resource. */
export class DraftReader {
  readonly #surroundings: Surroundings;
  readonly #places: HostPlaces;
  readonly #ofBastion = new Map<string, Problem>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#places = new HostPlaces(surroundings.root, surroundings.silenceAt);
  }

  /** What is wrong with the Bastion is told once, there, however many resources it breaks. */
  get problemsOfBastion(): readonly Problem[] {
    return [...this.#ofBastion.values()];
  }

  /** @param waivable rules about control over the host that the manifest's annotations may waive */
  read(manifest: Manifest, document: ParsedDocument, waivable: readonly string[]): ReadDraft {
    const { bastion, isDeclared, ...surroundings } = this.#surroundings;
    const { root, reserved } = surroundings;
    const { images, allowedRoots, pkiDirectory } = bastion;
    const problems: Problem[] = [];
    const context = { ...surroundings, images, allowedRoots, pkiDirectory, file: document.file };
    const draft = normalise(manifest, document, context, problems);
    const wrong = new Set(problems.filter(isError).map(({ path }) => formatPath(path)));
    // What cannot be read is not there for a rule, which would ask for it.
    problems.push(
      ...checkPolicies(draft, bastion, waivable, this.#places).filter(({ path }) => !wrong.has(formatPath(path))),
    );
    const prefixed = prefixHostPaths(draft, root);
    problems.push(
      ...checkReservedPlaces(prefixed, reserved, this.#places).map((found) => ({ ...found, rule: RESERVED_PLACES })),
    );
    const isElsewhere = ({ ofBastion }: Problem): boolean => isDeclared && ofBastion === true;
    for (const problem of problems.filter(isElsewhere)) this.#ofBastion.set(problem.message, problem);
    return {
      draft: prefixed,
      problems: problems.filter((problem) => !isElsewhere(problem)),
      isSound: !problems.some(isError),
    };
  }
}
