import { resolve } from 'node:path';
import type { Key } from '../model/key.ts';
import type { Levels } from '../model/levels.ts';
import type { DesiredState, Finding, Resource } from '../model/resource.ts';
import { readInstallation, defaultBastion, type Installation } from './bastion-spec.ts';
import { settleClientCertificate } from './client-certificate.ts';
import { compile, heldBy } from './compile.ts';
import type { Draft } from './draft.ts';
import { DesiredStateError } from './errors.ts';
import type { Problem } from './field.ts';
import { gitRevision } from './git-revision.ts';
import { normalise, type Manifest } from './normalise/index.ts';
import { checkPolicies } from './policy/index.ts';
import { checkReservedPlaces, RESERVED_PLACES } from './policy/reserved-places.ts';
import { readDirectory } from './read-directory.ts';
import { readManifests, toFindings, type ReadManifests } from './read-manifests.ts';
import { prefixHostPaths } from './root-prefix.ts';
import type { ManifestValidator } from './validate.ts';

export interface LoadOptions {
  /** The desired-state directory. */
  readonly directory: string;
  /** Prefix of every host path; empty for none. */
  readonly root: string;
  /** The last reading: what is broken now keeps its last good version from it. */
  readonly previous?: DesiredState;
  /** Name of the installation when no Bastion resource says it; default `bastion`. */
  readonly instanceDefault?: string;
  /** Directories that no resource may write: gates, holds, the operator's state. */
  readonly reserved?: readonly string[];
  /**
   * Rules about control over the host that an annotation may waive: the operator's own decision, never the
   * desired state's; default none. Other rules are waived by annotation alone.
   */
  readonly waivable?: readonly string[];
  /** Where the closed loops stand, which changes what is rendered; default: everything as written. */
  readonly levels?: Levels;
  /** Compiled schemas to use again, for those who read often. */
  readonly validator?: ManifestValidator;
}

/**
 * Reads a directory of YAML. All that is wrong is a finding with its place, and freezes what the file held before.
 * Throws DesiredStateError (DESIRED_MISSING, DESIRED_UNREADABLE, DESIRED_EMPTY) when there is nothing to go by: then
 * nothing may be changed.
 */
export async function loadDesiredState(options: LoadOptions): Promise<DesiredState> {
  const directory = resolve(options.directory);
  const manifests = await readManifests(readDirectory(directory), options.validator);
  if (manifests.documents === 0 && manifests.findings.length === 0)
    throw new DesiredStateError(
      'DESIRED_EMPTY',
      `${options.directory} holds no resources: nothing is changed until it does (an empty directory never means "remove everything")`,
    );

  const { installation, findings } = readInstallation(
    manifests,
    options.previous,
    options.instanceDefault ?? 'bastion',
  );
  manifests.findings.push(...findings);
  const drafts = installation === undefined ? [] : readDrafts(manifests, installation, directory, options);
  const compiled = compile({
    drafts,
    broken: manifests.brokenKeys,
    root: options.root,
    ...lastGood(options.previous, manifests),
  });
  const revision = gitRevision(directory);
  const settled = settleClientCertificate(
    installation?.bastion ?? defaultBastion(),
    compiled.resources,
    { valid: manifests.valid, brokenKeys: compiled.broken },
    options.previous,
  );
  const all = [
    ...manifests.findings,
    ...compiled.findings,
    ...settled.findings,
    ...(installation === undefined ? [heldBack(manifests)] : []),
  ];
  const complete = all.every(({ severity }) => severity !== 'error');
  if (complete && compiled.resources.length === 0)
    throw new DesiredStateError(
      'DESIRED_EMPTY',
      `${options.directory} holds no resource besides the Bastion: nothing is changed until it does`,
    );
  return {
    instance: installation?.instance ?? options.instanceDefault ?? 'bastion',
    bastion: settled.bastion,
    resources: compiled.resources,
    frozen: compiled.frozen,
    findings: sortFindings(all),
    complete,
    ...(revision === undefined ? {} : { revision }),
  };
}

/**
 * Valid documents to drafts that break no rule, host paths prefixed; what does is marked as broken. What is wrong with
 * the Bastion is told once, there, however many resources it breaks.
 */
function readDrafts(
  manifests: ReadManifests,
  { bastion }: Installation,
  directory: string,
  { root, reserved = [], waivable = [] }: LoadOptions,
): Draft[] {
  const realPaths = new Map<string, string>();
  const home = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
  const ofBastion = new Map<string, Problem>();
  const drafts = manifests.valid.flatMap(({ document, manifest, key }) => {
    if (manifest.kind === 'Bastion') return [];
    const problems: Problem[] = [];
    const { images, allowedRoots, pkiDirectory } = bastion;
    const context = { images, allowedRoots, pkiDirectory, root, reserved, directory, file: document.file };
    const draft = normalise(manifest satisfies Manifest, document, context, problems);
    problems.push(...checkPolicies(draft, bastion, waivable));
    const prefixed = prefixHostPaths(draft, root);
    problems.push(
      ...checkReservedPlaces(prefixed, reserved, realPaths).map((found) => ({ ...found, rule: RESERVED_PLACES })),
    );
    const own = problems.filter((problem) => home === undefined || problem.ofBastion !== true);
    manifests.findings.push(...toFindings(document, key, own));
    for (const problem of problems) if (!own.includes(problem)) ofBastion.set(problem.message, problem);
    const sound = problems.every(({ severity }) => severity === 'warning');
    if (sound && !manifests.brokenKeys.has(key)) return prefixed;
    manifests.brokenKeys.add(key);
    manifests.brokenFiles.add(document.file);
    return [];
  });
  if (home !== undefined) manifests.findings.push(...toFindings(home.document, home.key, [...ofBastion.values()]));
  return drafts;
}

/** What of the last reading may stand in, and what must: all that a broken file held. */
function lastGood(previous: DesiredState | undefined, manifests: ReadManifests) {
  const resources = new Map<Key, Resource>((previous?.resources ?? []).map((resource) => [resource.key, resource]));
  const broken = [...resources.keys()].filter((key) => manifests.brokenKeys.has(key));
  return { previous: resources, keep: new Set([...broken, ...heldBy(manifests.brokenFiles, resources)]) };
}

function heldBack(manifests: ReadManifests): Finding {
  const culprit = manifests.findings.find(({ severity }) => severity === 'error');
  return {
    severity: 'error',
    rule: 'dependency',
    source: culprit?.source ?? { file: '', line: 1, column: 1 },
    message:
      'the Bastion resource is broken and no last good version is known: nothing is applied until it is repaired',
  };
}

function sortFindings(findings: readonly Finding[]): Finding[] {
  const order = ({ source }: Finding): string =>
    [source.file, String(source.line).padStart(9, '0'), String(source.column).padStart(9, '0')].join('\0');
  return [...findings].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}
