import { gateStateText } from '../gate-words.ts';
import { leadingCondition } from '../leading-condition.ts';
import { html, type Content, type Markup } from './html.ts';
import { badge, STATE_LOOKS } from './look.ts';
import type { PageInput } from './page-input.ts';
import { commandMarkup, keyLink, type Section } from './section.ts';
import { stepItem } from './steps.ts';
import { agoMarkup, timeMarkup } from './time.ts';

type Gate = PageInput['status']['gates'][number];
type Resource = PageInput['status']['resources'][number];

interface Seen extends PageInput {
  readonly byKey: ReadonlyMap<string, Resource>;
  readonly known: ReadonlySet<string>;
}

function nameOf({ key }: Gate): string {
  return key.slice(key.indexOf('/') + 1);
}

/** What the operator sees of what lies before a gate. It may help the human; it decides nothing. */
function hints(gate: Gate, { byKey, known, status, now }: Seen): Content {
  const before = byKey.get(gate.key)?.dependsOn ?? [];
  if (before.length === 0) return undefined;
  const certificates = new Map(status.certificates.map((certificate) => [certificate.key, certificate]));
  const items = before.flatMap((key) => {
    const resource = byKey.get(key);
    if (resource === undefined) return [];
    const { state, condition } = leadingCondition(resource);
    const since = state === 'Ready' && condition !== undefined && html` since ${agoMarkup(condition.since, now)}`;
    const problems = certificates.get(key)?.problems ?? [];
    const text = state === 'Ready' ? problems.join('; ') : (condition?.message ?? '');
    return html`<li>
      ${badge(STATE_LOOKS[state], state)} ${keyLink(key, known)}${since}${text !== '' && `: ${text}`}
    </li>`;
  });
  return html`<div class="hint">
    <h4>Hint: what the operator sees of what comes before</h4>
    <p>It decides nothing: whether the list above holds is yours to judge.</p>
    <ul>
      ${items}
    </ul>
  </div>`;
}

function behind(gate: Gate, { known, status }: Seen): Content {
  if (gate.behind.length === 0) return html`<p>Nothing waits behind it.</p>`;
  const steps = status.plan.steps.filter(({ blockedBy }) => blockedBy.includes(gate.key));
  const count = gate.behind.length;
  return html`<details id="behind-${nameOf(gate)}">
      <summary>Holds back ${count} ${count === 1 ? 'resource' : 'resources'}</summary>
      <ul class="keys">
        ${gate.behind.map((key) => html`<li>${keyLink(key, known)}</li>`)}
      </ul>
    </details>
    ${
      steps.length > 0 &&
      html`<details id="steps-${nameOf(gate)}">
        <summary>${steps.length} ${steps.length === 1 ? 'step' : 'steps'} would follow</summary>
        <ul class="steps">
          ${steps.slice(0, MOST_STEPS).map((step) => stepItem(step, known))}
        </ul>
        ${steps.length > MOST_STEPS && html`<p>and ${steps.length - MOST_STEPS} more: <code>bastion plan</code></p>`}
      </details>`
    }`;
}

const MOST_STEPS = 50;

function refusal(gate: Gate): Content {
  return (
    gate.refused !== undefined && html`<p class="bad-text">A file is there but does not count: ${gate.refused}</p>`
  );
}

function waitingGate(gate: Gate, seen: Seen): Markup {
  const { now } = seen;
  return html`<article class="card wait" id="gate-${nameOf(gate)}">
    <h3>${badge(STATE_LOOKS.Blocked, 'Your turn')} <span>${nameOf(gate)}</span></h3>
    <p>
      ${gateStateText({ ...gate, since: null }, now)}${
        gate.since !== null && html`, since ${timeMarkup(gate.since)} (${agoMarkup(gate.since, now)})`
      }
    </p>
    ${refusal(gate)}
    <h4>Check, then open it</h4>
    ${
      gate.checklist.length === 0
        ? html`<p>It has no checklist.</p>`
        : html`<ul class="checklist">
            ${gate.checklist.map((item) => html`<li>${item}</li>`)}
          </ul>`
    }
    <p>Who: a person with a shell on this machine. Neither the operator nor this page can open a gate.</p>
    ${commandMarkup(gate.touch)} ${hints(gate, seen)} ${behind(gate, seen)}
  </article>`;
}

function otherGate(gate: Gate, seen: Seen): Markup {
  const { now } = seen;
  const look = gate.open ? STATE_LOOKS.Ready : STATE_LOOKS.Blocked;
  const since = gate.open && gate.since !== null && html` since ${agoMarkup(gate.since, now)}`;
  return html`<article class="card plain" id="gate-${nameOf(gate)}">
    <h3>${badge(look, gate.open ? 'Open' : 'Closed')} <span>${nameOf(gate)}</span></h3>
    <p>${gateStateText(gate, now)}${since}</p>
    ${refusal(gate)}
    ${
      gate.checklist.length > 0 &&
      html`<details id="checklist-${nameOf(gate)}">
        <summary>${gate.open ? 'What was checked' : 'What will be asked'}</summary>
        <ul>
          ${gate.checklist.map((item) => html`<li>${item}</li>`)}
        </ul>
      </details>`
    }
    ${!gate.open && behind(gate, seen)}
  </article>`;
}

/** What waits for the human at gates, first those where it is their turn. */
export function gatesSection(input: PageInput): Section | undefined {
  const { gates, resources } = input.status;
  if (gates.length === 0) return undefined;
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const seen: Seen = { ...input, byKey, known: new Set(byKey.keys()) };
  const isTurn = (gate: Gate): boolean => gate.awaitingHuman && !gate.open;
  const waiting = gates.filter(isTurn);
  return {
    id: 'gates',
    title: 'Gates',
    ...(waiting.length === 0 ? {} : { count: waiting.length }),
    body: html`${waiting.map((gate) => waitingGate(gate, seen))}
      <div class="cards">${gates.filter((gate) => !isTurn(gate)).map((gate) => otherGate(gate, seen))}</div>`,
  };
}
