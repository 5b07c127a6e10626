import type { ObservedPath } from '../../model/observed.ts';
import type { ObservedPair } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { draft, stalled, type ConditionDraft, type StepDraft } from '../draft.ts';
import { ownerChanges } from '../owner-changes.ts';
import { ownershipOf, type PathOwnership } from '../ownership.ts';

const DIRECTORY_MODE = 0o755;
const PUBLIC_MODE = 0o444;

/** Something that is not ours holds a name that the pair is to have. */
export function takenPaths({ spec }: Resource<'Certificate'>, context: PlanContext): ConditionDraft | undefined {
  if (spec.adopt) return undefined;
  const taken = [spec.certificate, spec.key].filter((path) => {
    const found = context.input.observed.paths[path];
    return found !== undefined && found.type !== 'missing' && !isPairLink(path, found);
  });
  if (taken.length === 0) return undefined;
  return stalled(
    'Conflict',
    `${taken.join(' and ')}: not ours, and in the way; the pair is in ${spec.directory}. Move it away, choose other paths, ` +
      'or say adopt: true (it is kept beside)',
  );
}

/** The stable names lead to the directory, and those in the directory to the live version. */
export function linkSteps(
  { spec }: Resource<'Certificate'>,
  pair: ObservedPair | undefined,
  context: PlanContext,
): StepDraft[] {
  const wrong = (
    [
      ['certificate', 'tls.crt'],
      ['key', 'tls.key'],
    ] as const
  ).flatMap(([name, file]) => {
    const found = context.input.observed.paths[spec[name]];
    if (found !== undefined && found.type !== 'missing' && !isPairLink(spec[name], found) && !spec.adopt) return [];
    const want = `${spec.directory}/${file}`;
    const got = found?.type === 'symlink' ? resolveLink(spec[name], found.target ?? '') : found?.type;
    return got === want ? [] : [{ path: name, want, got: got ?? 'missing' }];
  });
  const inner = pair !== undefined && pair.live !== undefined && !pair.isLinked;
  if (wrong.length === 0 && !inner) return [];
  const fields = [...wrong, ...(inner ? [{ path: 'directory', want: 'linked', got: 'elsewhere' }] : [])];
  return [draft('LinkCertificate', { spec }, pair?.live === undefined ? 'missing' : 'links differ', fields)];
}

/** A link of ours, perhaps to where the directory was before. */
function isPairLink(path: string, { type, target }: ObservedPath): boolean {
  return type === 'symlink' && /\/tls\.(crt|key)$/.test(resolveLink(path, target ?? ''));
}

/** A link's target against the directory that it lies in. */
function resolveLink(path: string, target: string): string {
  if (target.startsWith('/')) return target;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Only the key is somebody else's; a service that could write the rest could lead the operator astray. */
export function ownerSteps({ spec }: Resource<'Certificate'>, pair: ObservedPair, context: PlanContext): StepDraft[] {
  const version = `${spec.directory}/${pair.live ?? ''}`;
  const wanted: readonly [string, string, ObservedPath, PathOwnership][] = [
    ['directory', spec.directory, pair.paths.directory, { mode: DIRECTORY_MODE }],
    ['version', version, pair.paths.version, { mode: DIRECTORY_MODE }],
    ['key', `${version}/tls.key`, pair.paths.key, ownershipOf(spec)],
    ['certificate', `${version}/tls.crt`, pair.paths.certificate, { mode: PUBLIC_MODE }],
    ['trust', `${version}/ca.crt`, pair.paths.trust, { mode: PUBLIC_MODE }],
  ];
  return wanted.flatMap(([name, path, found, ownership]) => {
    if (found.type === 'missing') return [];
    const changes = ownerChanges(ownership, found, context.input.observed);
    const fields = changes.map((change) => ({ ...change, path: `${name}.${change.path}` }));
    return changes.length === 0 ? [] : [draft('SetOwnership', { path, ...ownership }, 'drift', fields)];
  });
}
