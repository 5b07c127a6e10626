import { counted } from '../model/counted.ts';
import { leadingCondition } from '../status/leading-condition.ts';
import type { StatusJson } from '../status/status-json.ts';
import { ageText } from '../status/times.ts';
import { styled, type Output } from './output.ts';

type ResourceJson = StatusJson['resources'][number];
type ConditionJson = ResourceJson['conditions'][number];

const COLORS = {
  Ready: 'green',
  Progressing: 'yellow',
  Blocked: 'magenta',
  Degraded: 'red',
  Stalled: 'red',
  Unknown: 'dim',
} as const;

/** What stands in one row. */
interface Row {
  readonly resource: ResourceJson;
  readonly condition: ConditionJson | undefined;
  readonly type: keyof typeof COLORS;
  readonly isPart: boolean;
  /** Parts that have no row of their own: Ready, or of which the same is to be said. */
  readonly ready: number;
  readonly alike: number;
}

/**
 * Every resource with the one condition that says most. Parts of a high-level resource stand below it, and only those
 * of which something else is to be said than Ready or what is said of it: sixty rows alike would hide the one that is
 * not. `now` in milliseconds since the
 * epoch.
 */
export function resourcesText(status: StatusJson, output: Pick<Output, 'color'>, now: number): string {
  const rows = rowsOf(status.resources);
  const nameOf = ({ resource, isPart }: Row): string => `${isPart ? '  ' : ''}${resource.key}`;
  const width = Math.max(0, ...rows.map((row) => nameOf(row).length));
  return rows
    .map((row) => {
      const { condition, type, resource } = row;
      const since = condition?.firstSince ?? condition?.since ?? null;
      const age = status.running && since !== null ? ageText(since, now) : '';
      const frozen = resource.frozen ? styled(output, 'yellow', 'frozen: its file is broken  ') : '';
      const clock = status.running ? `${age.padEnd(7)}  ` : '';
      const state = styled(output, COLORS[type], type.padEnd(11));
      return `${`  ${nameOf(row).padEnd(width)}  ${state}  ${clock}${frozen}${reasonOf(row)}`.trimEnd()}\n`;
    })
    .join('');
}

function reasonOf({ condition, type, ready, alike }: Row): string {
  if (type === 'Ready') return ready === 0 ? '' : `with ${counted(ready, 'part')}`;
  if (condition === undefined) return '';
  const text = type === 'Unknown' ? condition.message : withReason(condition);
  const notes = [
    ...(alike === 0 ? [] : [`${counted(alike, 'part')} likewise`]),
    ...(ready === 0 ? [] : [`${counted(ready, 'part')} Ready`]),
  ];
  return [text, ...notes].join('; ');
}

/** What fails stands above these rows already, with its message: some fill five lines of a terminal. */
function withReason({ type, reason, message }: ConditionJson): string {
  return type === 'Degraded' || type === 'Stalled' ? `${reason}, see above` : `${reason}: ${message}`;
}

function rowsOf(resources: readonly ResourceJson[]): Row[] {
  const parts = new Map<string, ResourceJson[]>();
  for (const resource of resources) {
    const from = resource.renderedFrom;
    if (from !== null) parts.set(from, [...(parts.get(from) ?? []), resource]);
  }
  const known = new Set(resources.map(({ key }) => key));
  return resources
    .filter(({ renderedFrom }) => renderedFrom === null || !known.has(renderedFrom))
    .flatMap((resource) => {
      const own = rowOf(resource);
      const below = (parts.get(resource.key) ?? []).map((part) => ({ ...rowOf(part), isPart: true }));
      const notable = below.filter((part) => part.type !== 'Ready' || (part.resource.frozen && !resource.frozen));
      const shown = notable.filter(
        ({ type, condition }) => type !== own.type || condition?.message !== own.condition?.message,
      );
      return [{ ...own, ready: below.length - notable.length, alike: notable.length - shown.length }, ...shown];
    });
}

function rowOf(resource: ResourceJson): Row {
  const { state, condition } = leadingCondition(resource);
  return { resource, condition, type: state, isPart: false, ready: 0, alike: 0 };
}
