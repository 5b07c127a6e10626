import type { CertificateJson } from '../certificate-json.ts';
import { certificateLook, certificateName, dateText, servedAgeText, servedText } from '../certificate-words.ts';
import type { StatusJson } from '../status-json.ts';
import { localTime } from '../times.ts';
import { anchorOf } from './anchor.ts';
import { html, type Content, type Markup } from './html.ts';
import { badge, STATE_LOOKS } from './look.ts';
import type { PageInput } from './page-input.ts';
import { tableMarkup, type Section } from './section.ts';

const COLUMNS = ['Name', 'State', 'File valid until', 'Renewal due', 'Served'] as const;

const LOOKS = {
  expired: [STATE_LOOKS.Stalled, 'expired'],
  trouble: [STATE_LOOKS.Degraded, 'trouble'],
  due: [STATE_LOOKS.Progressing, 'due'],
  well: [STATE_LOOKS.Ready, 'well'],
} as const;

function servedItem({ name, served, isCurrent }: CertificateJson['consumers'][number], now: number): Markup {
  const isGood = served?.state === 'served' && served.failure === null && isCurrent === true;
  const until = isGood ? `, until ${localTime(served.notAfter).slice(0, 10)}` : '';
  const tone = isGood ? 'good-text' : served === null ? 'unknown-text' : 'bad-text';
  return html`<li>
    ${name}: <span class="${tone}">${servedText(served, isCurrent)}</span>${until}${servedAgeText(served, now)}
  </li>`;
}

function served({ consumers, problems }: CertificateJson, tone: string, now: number): Content {
  const list =
    consumers.length > 0 &&
    html`<ul>
      ${consumers.map((consumer) => servedItem(consumer, now))}
    </ul>`;
  return [list, ...problems.map((problem) => html`<p class="${tone}">${problem}</p>`)];
}

function dueText({ file, renewalAt }: CertificateJson, now: number): string {
  if (file === null) return '';
  return renewalAt === null ? 'never by itself' : dateText(renewalAt, now);
}

/** @param isWaiting by `waitingKeys` */
function row(certificate: CertificateJson, isWaiting: boolean, now: number): Markup {
  const { key, file, names } = certificate;
  const tone = isWaiting ? 'unknown-text' : 'bad-text';
  const state = certificateLook(certificate, now);
  const [look, word] = file === null ? [STATE_LOOKS.Unknown, 'none'] : LOOKS[state];
  return html`<tr>
    <th scope="row">
      <a class="key" href="#${anchorOf(key)}">${certificateName(certificate)}</a>
      <span class="small">${names.join(', ')}</span>
    </th>
    <td data-column="${COLUMNS[1]}">${badge(look, word)}</td>
    <td data-column="${COLUMNS[2]}">${file === null ? 'none' : dateText(file.notAfter, now)}</td>
    <td data-column="${COLUMNS[3]}">${dueText(certificate, now)}</td>
    <td data-column="${COLUMNS[4]}">${served(certificate, tone, now)}</td>
  </tr>`;
}

/** Those that nobody has yet, and of which nothing is wrong: they wait for something else, such as a gate. */
function waitingKeys({ certificates, resources }: StatusJson): ReadonlySet<string> {
  const blocked = resources.filter(({ conditions }) => {
    const holding = new Set(conditions.filter(({ status }) => status).map(({ type }) => type));
    return holding.has('Blocked') && !holding.has('Degraded') && !holding.has('Stalled');
  });
  const keys = new Set(blocked.map(({ key }) => key));
  return new Set(certificates.filter(({ key, file }) => file === null && keys.has(key)).map(({ key }) => key));
}

/** Authorities and certificates by expiry: of the file, and what is really served. */
export function certificatesSection({ status, now }: PageInput): Section | undefined {
  const { certificates } = status;
  if (certificates.length === 0) return undefined;
  const waiting = waitingKeys(status);
  const bad = certificates.filter(
    (each) => !waiting.has(each.key) && ['expired', 'trouble'].includes(certificateLook(each, now)),
  ).length;
  return {
    id: 'certificates',
    title: 'Certificates',
    ...(bad === 0 ? {} : { count: bad }),
    body: tableMarkup({
      caption: 'Certificates, soonest expiry first: the file, and what is served',
      columns: COLUMNS,
      rows: html`<tbody>
        ${certificates.map((certificate) => row(certificate, waiting.has(certificate.key), now))}
      </tbody>`,
      className: 'certificates',
    }),
  };
}
