import { formatDuration, formatSides } from '../../model/format-change.ts';
import { revisionText } from '../../model/revision-text.ts';
import type { FieldChange } from '../../model/fields.ts';
import type { Operation } from '../../model/step.ts';
import type { StepJson } from '../../model/step-json.ts';
import { heldByText } from '../held-by.ts';
import type { HistoryLine } from '../history.ts';
import { markOf, shownFields } from '../step-mark.ts';
import { anchorOf } from './anchor.ts';
import { html, type Content, type Markup } from './html.ts';
import type { PageInput } from './page-input.ts';
import { keyLink, tableMarkup, type Section } from './section.ts';
import { timeMarkup } from './time.ts';

const SIGNS = { add: '+', change: '~', remove: '-' } as const;
const MARK_WORDS = { add: 'adds', change: 'changes', remove: 'removes' } as const;
const MOST_STEPS = 200;
const TO_DO_COLUMNS = ['Step', 'Resource', 'Cause and drift', 'Held by'] as const;
const HISTORY_COLUMNS = ['Time', 'Step', 'Resource', 'Cause and change', 'Result'] as const;

function operation(step: { op: Operation; cause: string }): Markup {
  const mark = markOf(step);
  return html`<span class="mark ${mark}" title="${MARK_WORDS[mark]}" aria-hidden="true">${SIGNS[mark]}</span>
    <span>${step.op}</span>`;
}

/** Changes by field: the same words as on a terminal. */
function changes(fields: readonly FieldChange[]): Content {
  if (fields.length === 0) return undefined;
  const items = fields.map((change) => {
    const { want, got } = formatSides(change);
    return html`<li><code>${change.path}</code>: want <b>${want}</b>, got <b>${got}</b></li>`;
  });
  return html`<ul class="changes">
    ${items}
  </ul>`;
}

function isOperation(step: StepJson): { op: Operation; cause: string } {
  return { op: step.op as Operation, cause: step.cause };
}

/** A step of the plan as one entry of a list. */
export function stepItem(step: StepJson, known: ReadonlySet<string>): Markup {
  return html`<li>
    ${operation(isOperation(step))} ${keyLink(step.target, known)} <span class="cause">${step.cause}</span>
    ${changes(shownFields(step))}
  </li>`;
}

/** What differs from the desired state by field, and what holds each step. */
export function toDoSection({ status }: PageInput): Section {
  const { steps } = status.plan;
  const known = new Set(status.resources.map(({ key }) => key));
  const rows = steps.slice(0, MOST_STEPS).map(
    (step) =>
      html`<tr>
        <th scope="row">${operation(isOperation(step))}</th>
        <td data-column="${TO_DO_COLUMNS[1]}">${keyLink(step.target, known)}</td>
        <td data-column="${TO_DO_COLUMNS[2]}">${step.cause}${changes(shownFields(step))}</td>
        <td data-column="${TO_DO_COLUMNS[3]}">
          ${step.blockedBy.length === 0 ? 'nothing' : heldByText(step.blockedBy)}
        </td>
      </tr>`,
  );
  const table = tableMarkup({
    caption: 'What differs from the desired state, by field, and what holds each step',
    columns: TO_DO_COLUMNS,
    rows: html`<tbody>
      ${rows}
    </tbody>`,
    className: 'to-do',
  });
  const rest = steps.length - MOST_STEPS;
  const nothing =
    status.clocks.lastPass === null || status.result === 'stopped'
      ? 'Not known: there is no plan.'
      : 'Nothing: what can be done is done, and nothing drifts.';
  return {
    id: 'to-do',
    title: 'To do',
    ...(steps.length === 0 ? {} : { count: steps.length }),
    body:
      steps.length === 0
        ? html`<p class="note">${nothing}</p>`
        : html`${table}${rest > 0 && html`<p>and ${rest} more: <code>bastion plan</code></p>`}`,
  };
}

function resultOf(line: HistoryLine): Markup {
  if (line.result === 'done')
    return html`<span class="good-text">done</span> in <span class="whole">${formatDuration(line.milliseconds)}</span>`;
  const tone = line.result === 'requeueAfter' ? 'busy-text' : 'bad-text';
  return html`<span class="${tone}">${line.result}</span>: ${line.error ?? ''}`;
}

/** The last steps that ran, newest first: why, what changed, and what became of it. */
export function historySection({ status, history, historyProblem }: PageInput): Section {
  const known = new Set(status.resources.map(({ key }) => key));
  const rows = [...history].reverse().map(
    (line) =>
      html`<tr id="${anchorOf(`step/${line.time} ${line.op} ${line.target} ${line.milliseconds}`)}">
        <td data-column="${HISTORY_COLUMNS[0]}">${timeMarkup(line.time)}</td>
        <th scope="row">${operation(line)}</th>
        <td data-column="${HISTORY_COLUMNS[2]}">${keyLink(line.target, known)}</td>
        <td data-column="${HISTORY_COLUMNS[3]}">
          ${line.detail !== undefined && html`${line.detail}: `}${line.cause}${changes(shownFields(line))}
        </td>
        <td data-column="${HISTORY_COLUMNS[4]}">
          ${resultOf(line)}${line.said !== undefined && html`<pre>${line.said}</pre>`}${line.commit !== undefined && html` <code>${revisionText(line.commit, 9)}</code>`}
        </td>
      </tr>`,
  );
  const table = tableMarkup({
    caption: 'The last steps, newest first, with cause, changed fields and result',
    columns: HISTORY_COLUMNS,
    rows: html`<tbody>
      ${rows}
    </tbody>`,
    className: 'history',
  });
  const nothing = historyProblem === undefined ? 'None yet.' : `Not known: ${historyProblem}`;
  return {
    id: 'history',
    title: 'Last steps',
    body: history.length === 0 ? html`<p class="note">${nothing}</p>` : table,
  };
}
