import { namesText } from '../gate-words.ts';
import { forAge } from '../times.ts';
import { anchorOf } from './anchor.ts';
import { html, type Content, type Markup } from './html.ts';
import { badge, STATE_LOOKS } from './look.ts';
import type { PageInput } from './page-input.ts';
import { commandMarkup, keyLink, type Section } from './section.ts';
import { agoMarkup } from './time.ts';

function listSection(id: string, title: string, items: readonly Markup[]): Section | undefined {
  if (items.length === 0) return undefined;
  const body = html`<ul class="list">
    ${items}
  </ul>`;
  return { id, title, count: items.length, body };
}

/** Removals that wait, each with exactly what it would remove. */
export function consentsSection({ status }: PageInput): Section | undefined {
  const items = status.consents.map(
    ({ touch, removes }) =>
      html`<li class="card wait">
        <h3>${badge(STATE_LOOKS.Blocked, 'Your turn')} <span>To be removed once you consent</span></h3>
        <ul>
          ${removes.map((what) => html`<li>${what}</li>`)}
        </ul>
        ${commandMarkup(touch)}
      </li>`,
  );
  return listSection('consents', 'Consents', items);
}

/** The condition's message ends in the command that ends the hold. */
const HELD = /^(.*?)(?:: (rm .+))?$/s;

/** What a human put on hold, once for each hold. */
export function holdsSection({ status, now }: PageInput): Section | undefined {
  const holds = new Map<string, { keys: string[]; since: string | null }>();
  for (const { key, conditions } of status.resources)
    for (const { type, status: holdsNow, reason, message, since } of conditions) {
      if (!holdsNow || type !== 'Blocked' || reason !== 'Held') continue;
      const hold = holds.get(message) ?? { keys: [], since };
      hold.keys.push(key);
      holds.set(message, hold);
    }
  const items = [...holds].map(([message, { keys, since }]) => {
    const [, text = message, command] = HELD.exec(message) ?? [];
    return html`<li class="card wait">
      <h3>${badge(STATE_LOOKS.Blocked, 'On hold')} <span>${namesText(keys)}</span></h3>
      <p>${text}${since !== null && html` (since ${agoMarkup(since, now)})`}</p>
      ${command !== undefined && commandMarkup(command)}
    </li>`;
  });
  return listSection('holds', 'Holds', items);
}

/** What is Degraded or Stalled, with what to do. */
export function failingSection({ status, now }: PageInput): Section | undefined {
  const known = new Set(status.resources.map(({ key }) => key));
  const items: Markup[] = [];
  for (const { key, conditions } of status.resources)
    for (const { type, status: holds, reason, message, since: last, firstSince: since = last } of conditions)
      if (holds && (type === 'Degraded' || type === 'Stalled'))
        items.push(
          html`<li class="card bad" id="${anchorOf(`${type}/${key}`)}">
            <h3>${badge(STATE_LOOKS[type], type)} ${keyLink(key, known)} <span class="reason">${reason}</span></h3>
            <p>${message}${since !== null && html` (since ${agoMarkup(since, now)})`}</p>
          </li>`,
        );
  for (const { key, path } of status.plan.faults)
    items.push(
      html`<li class="card busy">
        ${keyLink(key, known)} <code>${path}</code> never reads back as written; it is left alone (please report it)
      </li>`,
    );
  return listSection('failing', 'Failing', items);
}

/** Closed loops that gave something up. */
export function pressureSection({ status, now }: PageInput): Section | undefined {
  const known = new Set(status.resources.map(({ key }) => key));
  const items = status.levels.map(({ key, loop, level, since, cause, address }) => {
    const at = address === undefined ? '' : ` (${address})`;
    return html`<li class="card busy">
      ${keyLink(key, known)} ${loop} level ${level}${at}${forAge(since, now)}: ${cause}
    </li>`;
  });
  return listSection('pressure', 'Pressure', items);
}

/** What is wrong in the files, with the line. */
export function findingsSection({ status }: PageInput): Section | undefined {
  const items = status.findings.map(({ severity, rule, source, key, field, message }) => {
    const place = `${source.file}:${source.line}:${source.column}`;
    const what: Content = [key, field].filter((part) => part !== undefined).join(' ');
    return html`<li class="card ${severity === 'error' ? 'bad' : 'busy'}">
      <h3>${severity} <code>${place}</code> <span class="reason">${rule}</span></h3>
      <p>${what === '' ? '' : html`<span class="key">${what}</span>: `}${message}</p>
    </li>`;
  });
  return listSection('findings', 'Desired state', items);
}

/** What the human did without effect. */
export function warningsSection({ status }: PageInput): Section | undefined {
  return listSection(
    'warnings',
    'Without effect',
    status.warnings.map((text) => html`<li class="card busy">${text}</li>`),
  );
}
