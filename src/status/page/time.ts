import { ago, localTime } from '../times.ts';
import { html, type Markup } from './html.ts';

/** A moment as its age, which the page's script keeps current; the time itself is in the title. Null: never. */
export function agoMarkup(iso: string | null, now: number): Markup {
  if (iso === null) return html`never`;
  return html`<time datetime="${iso}" title="${localTime(iso)}" data-ago>${ago(iso, now)}</time>`;
}

/** A moment as its local time. */
export function timeMarkup(iso: string): Markup {
  return html`<time datetime="${iso}">${localTime(iso)}</time>`;
}
