import { leadingCondition } from '../leading-condition.ts';
import type { StatusJson } from '../status-json.ts';
import { anchorOf } from './anchor.ts';
import { html, type Markup } from './html.ts';
import { badge, STATE_LOOKS } from './look.ts';
import type { PageInput } from './page-input.ts';
import { tableMarkup, type Section } from './section.ts';
import { agoMarkup } from './time.ts';

type Resource = StatusJson['resources'][number];

const COLUMNS = ['Resource', 'State', 'Reason', 'Since'] as const;

/** A high-level resource before its parts; otherwise in the order that they come in. */
function grouped(resources: readonly Resource[]): { resource: Resource; isPart: boolean }[] {
  const known = new Set(resources.map(({ key }) => key));
  const parts = new Map<string, Resource[]>();
  const heads: Resource[] = [];
  for (const resource of resources) {
    const from = resource.renderedFrom;
    if (from === null || !known.has(from)) heads.push(resource);
    else parts.set(from, [...(parts.get(from) ?? []), resource]);
  }
  return heads.flatMap((resource) => [
    { resource, isPart: false },
    ...(parts.get(resource.key) ?? []).map((part) => ({ resource: part, isPart: true })),
  ]);
}

function row({ resource, isPart }: { resource: Resource; isPart: boolean }, now: number): Markup {
  const { state, condition } = leadingCondition(resource);
  const others = resource.conditions.filter((each) => each.status && each !== condition);
  const said = condition === undefined ? 'not looked at yet' : `${condition.reason}: ${condition.message}`;
  return html`<tr
    id="${anchorOf(resource.key)}"
    class="${isPart ? 'part' : 'head'}"
    data-state="${state}"
    tabindex="-1"
  >
    <th scope="row"><span class="key">${resource.key}</span> <span class="small">${resource.source}</span></th>
    <td data-column="${COLUMNS[1]}">${badge(STATE_LOOKS[state], state)}</td>
    <td data-column="${COLUMNS[2]}">
      ${said.replace(/: $/, '')}${resource.frozen && html`<p class="busy-text">frozen: its file is broken</p>`}
      ${others.map(({ type, reason, message }) => html`<p class="small">${type} (${reason}): ${message}</p>`)}
    </td>
    <td data-column="${COLUMNS[3]}">
      ${condition === undefined ? '' : agoMarkup(condition.firstSince ?? condition.since, now)}
    </td>
  </tr>`;
}

/** Every resource with its conditions; a script adds a filter. */
export function resourcesSection({ status, now }: PageInput): Section {
  const { resources } = status;
  const table = tableMarkup({
    caption: 'Every resource with its conditions; parts follow what they were rendered from',
    columns: COLUMNS,
    rows: html`<tbody>
      ${grouped(resources).map((each) => row(each, now))}
    </tbody>`,
    className: 'resources',
  });
  return {
    id: 'resources',
    title: 'Resources',
    count: resources.length,
    body:
      resources.length === 0
        ? html`<p class="note">No resource is known.</p>`
        : html`<p class="scripted filter">
              <label for="filter">Filter</label>
              <input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="Kind, name or word" />
              <label><input id="only-unready" type="checkbox" /> only what is not Ready</label>
              <span id="filter-count" role="status"></span>
            </p>
            ${table}`,
  };
}
