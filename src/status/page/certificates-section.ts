import type { CertificateJson } from '../certificate-json.ts';
import { certificateLook, certificateName, dateText, servedAgeText, servedText } from '../certificate-words.ts';
import { localTime } from '../times.ts';
import { anchorOf } from './anchor.ts';
import { html, type Markup } from './html.ts';
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

function row(certificate: CertificateJson, now: number): Markup {
  const { key, file, renewalAt, consumers, problems, names } = certificate;
  const state = certificateLook(certificate, now);
  const [look, word] = file === null ? [STATE_LOOKS.Unknown, 'none'] : LOOKS[state];
  return html`<tr>
    <th scope="row">
      <a class="key" href="#${anchorOf(key)}">${certificateName(certificate)}</a>
      <span class="small">${names.join(', ')}</span>
    </th>
    <td data-column="${COLUMNS[1]}">${badge(look, word)}</td>
    <td data-column="${COLUMNS[2]}">${file === null ? 'none' : dateText(file.notAfter, now)}</td>
    <td data-column="${COLUMNS[3]}">
      ${file === null ? '' : renewalAt === null ? 'never by itself' : dateText(renewalAt, now)}
    </td>
    <td data-column="${COLUMNS[4]}">
      ${
        consumers.length > 0 &&
        html`<ul>
          ${consumers.map((consumer) => servedItem(consumer, now))}
        </ul>`
      }
      ${problems.map((problem) => html`<p class="bad-text">${problem}</p>`)}
    </td>
  </tr>`;
}

/** Authorities and certificates by expiry: of the file, and what is really served. */
export function certificatesSection({ status, now }: PageInput): Section | undefined {
  const { certificates } = status;
  if (certificates.length === 0) return undefined;
  const bad = certificates.filter((each) => ['expired', 'trouble'].includes(certificateLook(each, now))).length;
  return {
    id: 'certificates',
    title: 'Certificates',
    ...(bad === 0 ? {} : { count: bad }),
    body: tableMarkup({
      caption: 'Certificates, soonest expiry first: the file, and what is served',
      columns: COLUMNS,
      rows: html`<tbody>
        ${certificates.map((certificate) => row(certificate, now))}
      </tbody>`,
      className: 'certificates',
    }),
  };
}
