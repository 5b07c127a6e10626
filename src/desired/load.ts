import { resolve } from 'node:path';
import { isStackKey } from '../model/key.ts';
import type { Levels } from '../model/levels.ts';
import type { DesiredState, Finding } from '../model/resource.ts';
import { RENDERERS } from '../stack/renderers.ts';
import { defaultInstallation, readInstallation, type Installation } from './bastion-spec.ts';
import { settleClientCertificate, withClientCertificate } from './client-certificate.ts';
import { ContextDigests } from './context-digests.ts';
import { DraftReader } from './draft-reader.ts';
import type { Draft } from './draft.ts';
import { DesiredStateError } from './errors.ts';
import type { Renderers } from './expansion/render.ts';
import type { Rendering } from './expansion/rendered-document.ts';
import { settle, type Settled } from './expansion/settle.ts';
import type { FileDigests } from './file-digests.ts';
import { gitRevision } from './git-revision.ts';
import { findExchangeableFiles } from './policy/notification-files.ts';
import type { SilenceAt } from './host-places.ts';
import { readDirectory } from './read-directory.ts';
import { readManifests, toFindings, type ReadManifests } from './read-manifests.ts';
import { ManifestValidator } from './validate.ts';
import { houseWarnings } from './warnings.ts';

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
  /** What makes primitive manifests of high-level ones; default: the renderers of src/stack. */
  readonly renderers?: Renderers;
  /** Compiled schemas to use again, for those who read often. */
  readonly validator?: ManifestValidator;
  /** Why a path must not be touched, because its file system does not answer; absent: all may. */
  readonly silenceAt?: SilenceAt;
  /** Digests of build contexts: those that are known already, for those who read often, or UNREAD_FILES. Default: all are read. */
  readonly digests?: FileDigests;
}

/** A desired state, and the manifests that were rendered for it. */
export interface Reading {
  readonly state: DesiredState;
  /** As they were rendered: without defaults, host paths not prefixed. */
  readonly renderings: readonly Rendering[];
}

/**
 * Reads a directory of YAML. All that is wrong is a finding with its place, and freezes what the file held before.
 * Throws DesiredStateError (DESIRED_MISSING, DESIRED_UNREADABLE, DESIRED_EMPTY) when there is nothing to go by: then
 * nothing may be changed.
 */
export async function loadDesiredState(options: LoadOptions): Promise<DesiredState> {
  return (await readDesiredState(options)).state;
}

/** As `loadDesiredState`, with what was rendered on the way. */
export async function readDesiredState(options: LoadOptions): Promise<Reading> {
  const { previous, instanceDefault = 'bastion', validator = new ManifestValidator() } = options;
  const directory = resolve(options.directory);
  const content = readDirectory(directory);
  const manifests = await readManifests(content, validator);
  if (manifests.documents === 0 && manifests.findings.length === 0)
    throw new DesiredStateError(
      'DESIRED_EMPTY',
      `${options.directory} holds no resources: nothing is changed until it does (an empty directory never means "remove everything")`,
    );

  const { installation, findings } = readInstallation(manifests, previous, instanceDefault, {
    root: options.root,
    reserved: options.reserved ?? [],
    silenceAt: options.silenceAt,
  });
  manifests.findings.push(...findings);
  const settled = await settleAll(manifests, installation, directory, { ...options, validator });
  const { bastion } = installation ?? defaultInstallation(instanceDefault);
  const home = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
  if (home !== undefined)
    manifests.findings.push(
      ...toFindings(home.document, home.key, findExchangeableFiles(bastion.notifications, settled.resources, options)),
    );
  const client = settleClientCertificate(
    withClientCertificate(bastion, settled.expansion),
    settled.resources,
    { valid: manifests.valid, brokenKeys: settled.broken },
    previous,
  );
  const all = [
    ...manifests.findings,
    ...settled.findings,
    // One that nobody named is a part of the stack, and what is wrong with it was told there.
    ...(bastion.clientCertificate === undefined ? [] : client.findings),
    ...(installation === undefined ? [heldBack(manifests)] : []),
    ...houseWarnings(settled.resources, options.root),
  ];
  const complete = all.every(({ severity }) => severity !== 'error');
  if (complete && settled.resources.length === 0)
    throw new DesiredStateError(
      'DESIRED_EMPTY',
      `${options.directory} holds no resource besides the Bastion: nothing is changed until it does`,
    );
  const files = [...content.files.map(({ file }) => file), ...content.broken];
  const revision = gitRevision(directory, { manifests: files, silenceAt: options.silenceAt });
  const state: DesiredState = {
    instance: installation?.instance ?? instanceDefault,
    bastion: client.bastion,
    resources: settled.resources,
    frozen: settled.frozen,
    findings: sortFindings(all),
    complete,
    expansion: settled.expansion,
    ...(revision === undefined ? {} : { revision }),
  };
  return { state, renderings: settled.renderings };
}

/** What people wrote and what is rendered for it, as one consistent set; only last good resources without an installation. */
async function settleAll(
  manifests: ReadManifests,
  installation: Installation | undefined,
  directory: string,
  options: LoadOptions & { readonly validator: ManifestValidator },
): Promise<Settled> {
  const { root, reserved = [], waivable = [], levels = {}, previous, validator, digests, silenceAt } = options;
  const home = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
  const { bastion, instance, written } = installation ?? defaultInstallation(options.instanceDefault ?? 'bastion');
  const reader = new DraftReader({
    ...{ bastion, isDeclared: home !== undefined, directory, root, reserved, silenceAt },
    digests: digests ?? new ContextDigests(),
  });
  const settled = await settle({
    manifests: installation === undefined ? { ...manifests, valid: [] } : manifests,
    written: installation === undefined ? [] : readWritten(manifests, reader, waivable),
    previous,
    bastion: written,
    instance,
    levels,
    renderers: options.renderers ?? RENDERERS,
    reader,
    validator,
    directory,
    root,
    silenceAt,
    waivable,
  });
  if (home !== undefined) manifests.findings.push(...toFindings(home.document, home.key, reader.problemsOfBastion));
  return settled;
}

/** Valid documents to drafts that break no rule; what does is marked as broken. High-level ones are read when they are expanded. */
function readWritten(manifests: ReadManifests, reader: DraftReader, waivable: readonly string[]): Draft[] {
  return manifests.valid.flatMap(({ document, manifest, key }) => {
    if (manifest.kind === 'Bastion' || isStackKey(key)) return [];
    const { draft, problems, isSound } = reader.read(manifest, document, waivable);
    manifests.findings.push(...toFindings(document, key, problems));
    if (isSound && !manifests.brokenKeys.has(key)) return draft;
    manifests.brokenKeys.add(key);
    manifests.brokenFiles.add(document.file);
    return [];
  });
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

/** By place, each once. */
function sortFindings(findings: readonly Finding[]): Finding[] {
  const order = ({ source }: Finding): string =>
    [source.file, String(source.line).padStart(9, '0'), String(source.column).padStart(9, '0')].join('\0');
  const distinct = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...distinct.values()].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}
