import { revisionText } from '../../model/revision-text.ts';
import { leadingCondition, type ResourceState } from '../leading-condition.ts';
import { html, type Content, type Markup } from './html.ts';
import { badge, isStarting, overallLook, STATE_LOOKS } from './look.ts';
import type { PageInput } from './page-input.ts';
import type { Section } from './section.ts';
import { agoMarkup, timeMarkup } from './time.ts';

const STATES: readonly ResourceState[] = ['Ready', 'Progressing', 'Blocked', 'Degraded', 'Stalled', 'Unknown'];

/** How many resources are in each state that any is in. */
function counts({ resources }: PageInput['status']): Content {
  if (resources.length === 0) return undefined;
  const found = new Map<ResourceState, number>();
  for (const resource of resources) {
    const { state } = leadingCondition(resource);
    found.set(state, (found.get(state) ?? 0) + 1);
  }
  const tiles = STATES.flatMap((state) => {
    const count = found.get(state);
    if (count === undefined) return [];
    return html`<li class="count ${STATE_LOOKS[state].tone}"><b>${count}</b> ${badge(STATE_LOOKS[state], state)}</li>`;
  });
  return html`<ul class="counts" aria-label="Resources by state">
    ${tiles}
  </ul>`;
}

/** Who tells this, and how old what it tells is. */
function facts({ status, now }: PageInput): Markup {
  const { engine, clocks } = status;
  const entries: Content[] = [
    html`operator ${status.version}, started ${agoMarkup(status.startedAt, now)}`,
    status.revision === null ? undefined : html`commit <code>${revisionText(status.revision)}</code>`,
    engine.reachable
      ? html`engine ${engine.version}`
      : isStarting(status)
        ? html`engine ${engine.message}`
        : html`<span class="bad-text">engine unreachable: ${engine.message}</span>`,
    clocks.converged === null ? 'not converged yet' : html`converged ${agoMarkup(clocks.converged, now)}`,
    clocks.fullDiff === null ? 'not compared yet' : html`compared in full ${agoMarkup(clocks.fullDiff, now)}`,
  ];
  return html`<ul class="facts">
    ${entries.flatMap((entry) => (entry === undefined ? [] : html`<li>${entry}</li>`))}
  </ul>`;
}

function contents(sections: readonly Section[]): Markup {
  const entries = sections.map(
    ({ id, title, count }) =>
      html`<li>
        <a href="#${id}">${title}${count === undefined ? '' : html` <span class="entry-count">${count}</span>`}</a>
      </li>`,
  );
  return html`<nav aria-label="Sections">
    <ul>
      ${entries}
    </ul>
  </nav>`;
}

/** Headline, counts, and where everything is. */
export function headerMarkup(input: PageInput, sections: readonly Section[]): Markup {
  const { status, now } = input;
  const look = overallLook(status);
  const first =
    isStarting(status) && html`<p class="note">The first comparison is not done yet: nothing is known so far.</p>`;
  return html`<header class="top ${look.tone}">
      <div class="title">
        <h1>${status.instance === '' ? 'bastion' : status.instance}</h1>
        ${badge(look, look.word)}
      </div>
      <p class="headline" id="headline">${status.headline}</p>
      ${first} ${counts(status)} ${facts(input)}
      <p class="freshness">
        As of ${timeMarkup(new Date(now).toISOString())}
        <span class="unscripted">· without JavaScript this page does not renew itself</span>
        <span class="scripted" id="contact">· renewing</span>
        <a class="button" href="/">Reload</a>
        <button type="button" class="scripted" id="pause" aria-pressed="false">Pause updates</button>
      </p>
    </header>
    ${contents(sections)}`;
}
