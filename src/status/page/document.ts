import { certificatesSection } from './certificates-section.ts';
import { gatesSection } from './gates-section.ts';
import { graphSection } from './graph-section.ts';
import { headerMarkup } from './header.ts';
import { html, type Markup } from './html.ts';
import { overallLook } from './look.ts';
import type { PageInput } from './page-input.ts';
import { resourcesSection } from './resources-section.ts';
import { sectionMarkup } from './section.ts';
import { historySection, toDoSection } from './steps.ts';
import {
  consentsSection,
  failingSection,
  findingsSection,
  holdsSection,
  pressureSection,
  warningsSection,
} from './trouble.ts';

/** What a page loads besides itself, and what its content is told apart by. */
export interface Links {
  readonly style: string;
  readonly script: string;
  /** Of the content, for `If-None-Match`. */
  readonly etag: string;
}

/** In the order in which a person needs them: what waits for them, what is wrong, what goes on, what there is. */
const SECTIONS = [
  gatesSection,
  consentsSection,
  holdsSection,
  failingSection,
  pressureSection,
  findingsSection,
  warningsSection,
  toDoSection,
  graphSection,
  certificatesSection,
  historySection,
  resourcesSection,
] as const;

function titleOf({ status }: PageInput): string {
  const { sign, word } = overallLook(status);
  return [`${sign} ${word}`, ...(status.instance === '' ? [] : [status.instance]), 'bastion'].join(' · ');
}

/** All that changes: what the script asks for again, and puts in place of what it has. */
export function contentMarkup(input: PageInput, links: Links): Markup {
  const sections = SECTIONS.flatMap((section) => section(input) ?? []);
  return html`<div
    id="content"
    data-etag="${links.etag}"
    data-script="${links.script}"
    data-now="${input.now}"
    data-title="${titleOf(input)}"
    data-headline="${input.status.headline}"
  >
    ${headerMarkup(input, sections)}
    <main id="main" tabindex="-1">${sections.map(sectionMarkup)}</main>
    <footer>
      <p>
        bastion ${input.status.version}. This page shows and changes nothing. The same as text:
        <code>bastion status</code>; as data: <a href="/api/v1/status">/api/v1/status</a>; numbers:
        <a href="/metrics">/metrics</a>.
      </p>
    </footer>
  </div>`;
}

/** The whole page. It says everything without its script, which only keeps it current. */
export function documentMarkup(input: PageInput, links: Links): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${titleOf(input)}</title>
        <link rel="icon" href="${ICON}" />
        <link rel="stylesheet" href="${links.style}" />
        <script type="module" src="${links.script}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <p id="lost" role="alert" hidden></p>
        <p id="announcement" class="visually-hidden" aria-live="polite"></p>
        ${contentMarkup(input, links)}
      </body>
    </html>`;
}

/** A gate, as a picture in the address itself: one request less. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%223%22 fill=%22%230b5d8a%22/%3E%3Cpath d=%22M4 13V7a4 4 0 0 1 8 0v6M8 5v8M4 9h8%22 fill=%22none%22 stroke=%22white%22 stroke-width=%221.5%22/%3E%3C/svg%3E';
