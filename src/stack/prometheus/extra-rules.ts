import { parse } from 'yaml';
import { keyOf } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import type { House, RenderProblem, SourceText } from '../renderer.ts';

/** Groups of people's own rule files, and what is wrong with the files. */
export interface ExtraRules {
  readonly groups: readonly object[];
  /** Expressions in them. */
  readonly expressions: readonly string[];
  readonly problems: readonly RenderProblem[];
}

/**
 * The groups of the files that `extraRules` names. They go into the one rule file, so that a file that is no longer named is
 * no longer loaded; the name of a group gets that of its file before it. Whether the rules make sense is for promtool.
 */
export function extraRules({ metadata, spec }: PrometheusManifest, house: House): ExtraRules {
  const groups: object[] = [];
  const problems: RenderProblem[] = [];
  for (const [position, path] of spec.extraRules.entries()) {
    const read = readFile(path, house.source(keyOf('Prometheus', metadata.name), path));
    if (typeof read === 'string') problems.push({ path: ['spec', 'extraRules', position], message: read });
    else groups.push(...read);
  }
  return { groups, problems, expressions: groups.flatMap(expressionsOf) };
}

/** The groups of a file, or what is wrong with it. */
function readFile(path: string, source: SourceText): readonly object[] | string {
  if (/\.ya?ml$/.test(path))
    return `${path} would be read as a manifest, because of its name: call it ${path.replace(/ya?ml$/, 'rules')}`;
  return 'problem' in source ? source.problem : readGroups(path, source.text);
}

function readGroups(path: string, text: string): readonly object[] | string {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    return `${path} is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
  if (!isRecord(document) || !Array.isArray(document['groups']))
    return `${path} has no list of groups: a rule file is "groups:" with a name and rules in each`;
  const file = (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '');
  const groups: object[] = [];
  for (const group of document['groups'] as readonly unknown[]) {
    if (!isRecord(group) || typeof group['name'] !== 'string') return `${path} has a group without a name`;
    groups.push({ ...group, name: `${file}/${group['name']}` });
  }
  return groups;
}

function expressionsOf(group: object): string[] {
  const rules = isRecord(group) && Array.isArray(group['rules']) ? (group['rules'] as readonly unknown[]) : [];
  return rules.flatMap((rule) => (isRecord(rule) && typeof rule['expr'] === 'string' ? [rule['expr']] : []));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
