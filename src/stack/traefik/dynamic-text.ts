import { createHash } from 'node:crypto';
import { yamlText } from '../yaml-text.ts';
import type { Dynamic } from './dynamic-types.ts';

/** A file of the dynamic configuration. */
export interface DynamicText {
  readonly text: string;
  /** Name of the middleware by which the API shows that exactly this text is loaded. No router uses it. */
  readonly marker: string;
}

/**
 * Parts to the text of one file. Traefik refuses a broken file in its log only and goes on with what it had, so each
 * version carries a middleware that nothing uses, named by the digest of the rest.
 */
export function dynamicText(header: string, parts: readonly Dynamic[]): DynamicText {
  const merged = parts.reduce<Tree>((into, part) => merge(into, part as Tree), {});
  const digest = createHash('sha256').update(yamlText(header, merged)).digest('hex').slice(0, 12);
  const marker = `bastion-config-${digest}`;
  const marked: Dynamic = { http: { middlewares: { [marker]: { stripPrefix: { prefixes: [`/${marker}`] } } } } };
  return { text: escapeTemplate(yamlText(header, merge(merged, marked as Tree))), marker };
}

/** Dynamic files are templates before they are YAML: what would begin an action is made to print itself. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

interface Tree {
  readonly [name: string]: unknown;
}

/** Maps are joined, at any depth; no two parts set the same value. */
function merge(one: Tree, other: Tree): Tree {
  const joined: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const present = joined[name];
    joined[name] = isTree(present) && isTree(value) ? merge(present, value) : value;
  }
  return joined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
