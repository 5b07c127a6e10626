import type { CertificateJson } from '../status/certificate-json.ts';
import {
  certificateLook,
  certificateName,
  dateText,
  servedAgeText,
  servedText,
  shortSerial,
} from '../status/certificate-words.ts';
import { styled, type Output } from './output.ts';

type Colors = Pick<Output, 'color'>;
type Consumer = CertificateJson['consumers'][number];

const WIDTH = 80;
const INDENT = '      ';
/** Below the labels `names`, `issuer` and so on. */
const LABEL = 8;
const LONGEST_NAME = 19;
const LONGEST_CONSUMER = 24;
/** A problem with one of these tells a human what to run: a line break in it would be copied too. */
const COMMAND = /(^|[\s`(])(openssl|install|chmod|bastion) \S/;
/** What a certificate says of itself is anybody's text: no control characters reach the terminal. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;

function plain(text: string): string {
  return text.replace(CONTROL, '?');
}

/** Words joined so that no line is longer than the terminal; those after the first are indented. */
function wrapped(words: readonly string[], separator: string, indent: number): string {
  const lines: string[] = [];
  for (const [index, word] of words.entries()) {
    const text = index < words.length - 1 ? `${word}${separator.trimEnd()}` : word;
    const line = lines.at(-1);
    if (line === undefined || indent + line.length + 1 + text.length > WIDTH) lines.push(text);
    else lines[lines.length - 1] = `${line} ${text}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

function sentence(text: string, indent: number): string {
  return wrapped(plain(text).split(/\s+/), ' ', indent);
}

function problemText(problem: string): string {
  return COMMAND.test(problem) ? plain(problem) : sentence(problem, INDENT.length + 2);
}

function labelled(label: string, text: string): string {
  return `${INDENT}${label.padEnd(LABEL)}${text}\n`;
}

function servedColor({ served, isCurrent }: Consumer): 'green' | 'red' | 'dim' {
  if (served === null) return 'dim';
  return served.state === 'served' && served.failure === null && isCurrent === true ? 'green' : 'red';
}

function consumersText(consumers: readonly Consumer[], output: Colors, now: number): string {
  const names = consumers.map(({ name }) => plain(name));
  const width = Math.min(LONGEST_CONSUMER, Math.max(0, ...names.map((name) => name.length)));
  return consumers
    .map((consumer, index) => {
      const name = (names[index] ?? '').padEnd(width);
      const indent = INDENT.length + LABEL + name.length + 2;
      const text = sentence(
        servedText(consumer.served, consumer.isCurrent) + servedAgeText(consumer.served, now),
        indent,
      );
      return labelled(index === 0 ? 'served' : '', `${name}  ${styled(output, servedColor(consumer), text)}`);
    })
    .join('');
}

const LOOKS = {
  expired: { sign: 'x', color: 'red' },
  trouble: { sign: '!', color: 'red' },
  due: { sign: '~', color: 'yellow' },
  well: { sign: '=', color: 'green' },
} as const;

function row(name: string, cells: readonly [string, string, string], width: number): string {
  const [until, renewal, serial] = cells;
  const lead = name.length > width ? `${name}\n    ${' '.repeat(width)}` : name.padEnd(width);
  return `${lead}  ${until.padEnd(21)}  ${renewal.padEnd(21)}  ${serial}`.trimEnd();
}

function certificateText(certificate: CertificateJson, output: Colors, now: number, width: number): string {
  const { file, renewalAt, names, issuer, consumers, problems } = certificate;
  const { sign, color } = LOOKS[certificateLook(certificate, now)];
  const until = file === null ? 'none' : dateText(file.notAfter, now);
  const renewal = renewalAt === null ? 'never by itself' : dateText(renewalAt, now);
  const cells = row(
    certificateName(certificate),
    [until, file === null ? '' : renewal, shortSerial(file?.serial ?? '')],
    width,
  );
  const indent = INDENT.length + LABEL;
  return [
    `  ${styled(output, color, sign)} ${cells}\n`,
    names.length === 0 ? '' : labelled('names', wrapped(names.map(plain), ', ', indent)),
    issuer === '' ? '' : labelled('issuer', sentence(issuer, indent)),
    consumersText(consumers, output, now),
    ...problems.map((problem) => `${INDENT}${styled(output, 'red', '!')} ${problemText(problem)}\n`),
  ].join('');
}

/**
 * `bastion certs` on a terminal: a row for each authority and certificate, and below it its names, its issuer, what each
 * consumer serves, and its problems. `now` in milliseconds since the epoch.
 */
export function certsText(certificates: readonly CertificateJson[], output: Colors, now: number): string {
  const width = Math.min(
    LONGEST_NAME,
    Math.max(4, ...certificates.map((certificate) => certificateName(certificate).length)),
  );
  const header = `    ${row('NAME', ['VALID UNTIL', 'RENEWAL DUE', 'SERIAL'], width)}`;
  const body = certificates.map((certificate) => certificateText(certificate, output, now, width));
  return `${styled(output, 'bold', header)}\n${body.join('')}`;
}
