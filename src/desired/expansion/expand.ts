import { keyOf, type Key } from '../../model/key.ts';
import type { Finding } from '../../model/resource.ts';
import { renderHouse } from '../../stack/house.ts';
import type { House, Rendered, RenderedManifest } from '../../stack/renderer.ts';
import type { DraftReader } from '../draft-reader.ts';
import type { Draft } from '../draft.ts';
import type { Problem } from '../field.ts';
import type { Manifest } from '../normalise/index.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import { HOST_CONTROL_RULES } from '../policy/host-control.ts';
import { toFindings } from '../read-manifests.ts';
import { prefixService } from '../root-prefix.ts';
import type { ManifestValidator } from '../validate.ts';
import type { Member } from './member.ts';
import { renderMember, type Renderers } from './render.ts';
import { renderedDocument, type Rendering } from './rendered-document.ts';

/** What an expansion works with. */
export interface ExpansionInput {
  readonly members: readonly Member[];
  readonly house: House;
  /** The Bastion's key, and the document to point at for what all members share. */
  readonly shared: { readonly from: Key; readonly document: ParsedDocument };
  readonly renderers: Renderers;
  readonly reader: DraftReader;
  readonly validator: ManifestValidator;
  /** Prefix of every host path; empty for none. */
  readonly root: string;
  /** Rules about control over the host that annotations of the members themselves may waive. */
  readonly waivable: readonly string[];
}

/** One high-level resource with all that was rendered from it, or what the members share. */
export interface ExpandedGroup {
  /** The member; absent: what all share. */
  readonly member?: Member;
  readonly renderings: readonly Rendering[];
  readonly drafts: readonly Draft[];
  readonly findings: readonly Finding[];
  /** Whether all of it can be used. */
  readonly isSound: boolean;
}

/**
 * Renders every member that is not frozen, and what they share, and reads what comes out as if a person had written it.
 * An exception that a rendered manifest takes is the program's decision, so it needs nobody's leave.
 */
export async function expand(input: ExpansionInput): Promise<ExpandedGroup[]> {
  const groups: ExpandedGroup[] = [];
  for (const member of input.members) if (member.standing !== 'frozen') groups.push(await expandMember(member, input));
  const { from, document } = input.shared;
  const renderings = renderHouse(input.house).map((manifest) => ({ manifest, from, document, inherited: [] }));
  for (const rendering of renderings) {
    const { drafts, findings, isSound } = await readRenderings([rendering], input);
    groups.push({ renderings: [rendering], drafts, findings, isSound });
  }
  return groups;
}

/** The key of a rendered manifest. */
export function keyOfRendering({ manifest }: Rendering): Key {
  return keyOfManifest(manifest);
}

function keyOfManifest({ kind, metadata }: RenderedManifest): Key {
  return keyOf(kind, metadata.name);
}

async function expandMember(member: Member, input: ExpansionInput): Promise<ExpandedGroup> {
  const { key, manifest, document } = member;
  const rendered = renderMember(member, input.house, input.renderers);
  const { manifests, problems = [] } = rendered;
  const parts = manifests.map(keyOfManifest).sort();
  const declared = (manifest.spec.dependsOn ?? []).map((name, position) => ({ name, position }));
  const isOwnPart = ({ name }: { readonly name: string }): boolean => parts.some((part) => part === name);
  const inherited = declared.filter((each) => !isOwnPart(each));
  const renderings = manifests.map((each) => ({
    manifest: inherit(each, inherited),
    from: key,
    document,
    inherited: inherited.map(({ position }) => position),
  }));
  const own = input.reader.read(manifest, document, input.waivable);
  const wrong: Problem[] = [
    ...own.problems,
    ...problems.map(({ path, message }) => ({ path, message, rule: 'value' })),
    ...declared.filter(isOwnPart).map(({ name, position }) => ({
      path: ['spec', 'dependsOn', position],
      rule: 'cycle',
      message: `names ${name}, which is rendered from this resource itself: remove it`,
    })),
  ];
  const read = await readRenderings(renderings, input);
  return {
    member,
    renderings,
    drafts: [withParts(own.draft, parts, rendered, input.root), ...read.drafts],
    findings: [...toFindings(document, key, wrong), ...read.findings],
    isSound: own.isSound && read.isSound && wrong.every(({ severity }) => severity === 'warning'),
  };
}

/** What a high-level resource depends on comes before each of its parts. */
function inherit(manifest: RenderedManifest, declared: readonly { readonly name: string }[]): RenderedManifest {
  if (declared.length === 0) return manifest;
  const names = declared.map(({ name }) => name);
  const own = (manifest.spec.dependsOn ?? []).filter((key) => key !== undefined && !names.includes(key));
  return { ...manifest, spec: { ...manifest.spec, dependsOn: [...own, ...names] } };
}

function withParts(draft: Draft, parts: readonly Key[], { service, servedBy }: Rendered, root: string): Draft {
  const asked = service === undefined ? {} : { service: prefixService(service, root) };
  const servers = servedBy === undefined ? {} : { servedBy: [...servedBy].sort() };
  return { ...draft, spec: { parts, ...asked, ...servers } } as Draft;
}

async function readRenderings(
  renderings: readonly Rendering[],
  { reader, validator }: ExpansionInput,
): Promise<Pick<ExpandedGroup, 'drafts' | 'findings' | 'isSound'>> {
  const drafts: Draft[] = [];
  const findings: Finding[] = [];
  let isSound = true;
  for (const rendering of renderings) {
    const key = keyOfRendering(rendering);
    const document = renderedDocument(rendering);
    const invalid = await validator.validate(rendering.manifest.kind, document.value);
    findings.push(...toFindings(document, key, invalid));
    if (invalid.length > 0) {
      isSound = false;
      continue;
    }
    const read = reader.read(document.value as Manifest, document, HOST_CONTROL_RULES);
    findings.push(...toFindings(document, key, read.problems));
    isSound &&= read.isSound;
    drafts.push(read.draft);
  }
  return { drafts, findings, isSound };
}
