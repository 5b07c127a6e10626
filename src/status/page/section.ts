import { anchorOf } from './anchor.ts';
import { html, type Content, type Markup } from './html.ts';

/** A part of the page with a heading of its own, and an entry in the list of contents. */
export interface Section {
  /** Of the element, and where the entry leads. */
  readonly id: string;
  readonly title: string;
  /** Shown beside the entry; undefined: none. */
  readonly count?: number;
  readonly body: Content;
}

export function sectionMarkup({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`;
}

/** A resource's key, leading to its row; `known`: those that have one. */
export function keyLink(key: string, known: ReadonlySet<string>): Markup {
  return known.has(key)
    ? html`<a class="key" href="#${anchorOf(key)}">${key}</a>`
    : html`<span class="key">${key}</span>`;
}

/** Something to type in a shell, exactly. The button copies it where there is a script; nothing here can run it. */
export function commandMarkup(command: string): Markup {
  return html`<div class="command">
    <code>${command}</code
    ><button type="button" class="scripted" data-copy="${command}" aria-label="Copy: ${command}">Copy</button>
  </div>`;
}

/**
 * A table that may be wider than the page, which then scrolls for itself, with the keyboard too. Each `td` of its rows names its
 * column as `data-column`, which narrow screens show in place of the heads.
 */
export function tableMarkup(table: {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: Content;
  readonly className: string;
}): Markup {
  return html`<div class="scroll" role="region" aria-label="${table.caption}" tabindex="0">
    <table class="${table.className}">
      <caption>
        ${table.caption}
      </caption>
      <thead>
        <tr>
          ${table.columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      ${table.rows}
    </table>
  </div>`;
}
