import { keyOf, parseKey } from '../../model/key.ts';
import type { Draft, DeclaredDependency, Manifests, ResourceKind } from '../draft.ts';
import { Field, type Problem } from '../field.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import { normaliseBackup } from './backup.ts';
import { normaliseAuthority } from './certificate-authority.ts';
import { normaliseCertificate } from './certificate.ts';
import { normaliseContainer } from './container.ts';
import type { NormaliseContext } from './context.ts';
import { normaliseDirectory } from './directory.ts';
import { normaliseFile } from './file.ts';
import { normaliseFilePatch } from './file-patch.ts';
import { normaliseGate } from './gate.ts';
import { normaliseImage } from './image.ts';
import { normaliseLogFile } from './log-file.ts';
import { findVariables } from './interpolation.ts';
import { normaliseNetwork } from './network.ts';
import { normaliseSecret } from './secret.ts';
import { normaliseVolume } from './volume.ts';

/** A document that fits its schema, by kind. */
export type Manifest = Manifests[ResourceKind];

/** A valid manifest to a draft; every problem is added to `problems`, and the draft counts only when none is an error. */
export function normalise(
  manifest: Manifest,
  document: ParsedDocument,
  context: NormaliseContext,
  problems: Problem[],
): Draft {
  const { kind, metadata, spec } = manifest;
  const top = new Field([], problems, (path) => document.sourceText(path));
  const field = top.at('spec');
  const common = {
    name: metadata.name,
    key: keyOf(kind, metadata.name),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    declared: readDeclared(spec.dependsOn ?? [], manifest, field.at('dependsOn')),
    document,
  };
  switch (kind) {
    case 'Container':
      findVariables(spec, field);
      return { ...common, kind, written: spec, spec: normaliseContainer(spec, context, field) };
    case 'Network':
      return { ...common, kind, written: spec, spec: normaliseNetwork(spec, metadata.name, field) };
    case 'Volume':
      return { ...common, kind, written: spec, spec: normaliseVolume(spec, field) };
    case 'Image':
      return { ...common, kind, written: spec, spec: normaliseImage(spec, context, field) };
    case 'Directory':
      return { ...common, kind, written: spec, spec: normaliseDirectory(spec, field) };
    case 'File':
      return { ...common, kind, written: spec, spec: normaliseFile(spec, context, field) };
    case 'FilePatch':
      return { ...common, kind, written: spec, spec: normaliseFilePatch(spec, context, field) };
    case 'LogFile':
      return { ...common, kind, written: spec, spec: normaliseLogFile(spec, field) };
    case 'Secret':
      return { ...common, kind, written: spec, spec: normaliseSecret(spec, field) };
    case 'CertificateAuthority':
      return { ...common, kind, written: spec, spec: normaliseAuthority(spec, metadata.name, context, field) };
    case 'Certificate':
      return { ...common, kind, written: spec, spec: normaliseCertificate(spec, metadata.name, context, field) };
    case 'Backup':
      return { ...common, kind, written: spec, spec: normaliseBackup(spec, metadata.name, field) };
    case 'Gate':
      return { ...common, kind, written: spec, spec: normaliseGate(spec, metadata.name, field) };
    case 'Traefik':
    case 'Prometheus':
    case 'NodeExporter':
    case 'Grafana':
    case 'AdGuardExporter':
    case 'ScrapeTarget':
    case 'Dashboard':
    case 'NetworkZone':
    case 'MonitoredService':
      // The kinds are one case, so the compiler no longer sees that kind and manifest belong together.
      return { ...common, kind, written: spec, spec: { parts: [] } } as Draft;
  }
}

function readDeclared(names: readonly string[], manifest: Manifest, field: Field): DeclaredDependency[] {
  return names.flatMap((name, position) => {
    const parsed = parseKey(name);
    if (parsed === undefined) return field.at(position).error('is not Kind/name') ?? [];
    const key = keyOf(parsed.kind, parsed.name);
    if (key === keyOf(manifest.kind, manifest.metadata.name))
      return field.at(position).error('names the resource itself') ?? [];
    return { key, path: field.at(position).path };
  });
}
