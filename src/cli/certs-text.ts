import { formatDuration } from '../model/format-change.ts';
import type { CertificateJson, ServedJson } from '../status/certificate-json.ts';
import { styled, type Output } from './output.ts';
import { ago, localTime } from '../status/times.ts';

type Colors = Pick<Output, 'color'>;
type Consumer = CertificateJson['consumers'][number];

const WIDTH = 80;
const INDENT = '      ';
/** Below the labels `names`, `issuer` and so on. */
const LABEL = 8;
const LONGEST_NAME = 21;
const LONGEST_CONSUMER = 24;
const DAY = 86_400_000;
const MINUTE = 60_000;
/** A problem with one of these tells a human what to run: a line break in it would be copied too. */
const COMMAND = /(^|[\s`(])(openssl|install|chmod|bastion) \S/;
/** What a certificate says of itself is anybody's text: no control characters reach the terminal. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;

function plain(text: string): string {
  return text.replace(CONTROL, '?');
}

function shortSerial(serial: string): string {
  return serial.length > 9 ? `${serial.slice(0, 8)}…` : serial;
}

/** `in 59 d` or `7 d ago`; days are cut, not rounded, so that `in 1 d` is never less than a day. */
function distance(iso: string, now: number): string {
  const left = Date.parse(iso) - now;
  const size = Math.abs(left);
  const text = size >= 2 * DAY ? `${Math.floor(size / DAY)} d` : formatDuration(size);
  return left >= 0 ? `in ${text}` : `${text} ago`;
}

function dateText(iso: string, now: number): string {
  return `${localTime(iso).slice(0, 10)} ${distance(iso, now)}`;
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

function servedText(served: ServedJson | null, isCurrent: boolean | null): string {
  if (served === null) return 'not looked at';
  if (served.state === 'unreachable') return `unreachable: ${served.error}`;
  if (served.failure !== null) return `refused: ${served.failure}`;
  if (isCurrent === true) return 'same';
  return `other: serial ${shortSerial(served.serial)}, until ${localTime(served.notAfter).slice(0, 10)}`;
}

/** How old a look is, when that is worth saying; the time between two looks is the operator's. */
function ageText(served: ServedJson | null, now: number): string {
  return served === null || now - Date.parse(served.at) <= MINUTE ? '' : `, looked at ${ago(served.at, now)}`;
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
      const text = sentence(servedText(consumer.served, consumer.isCurrent) + ageText(consumer.served, now), indent);
      return labelled(index === 0 ? 'served' : '', `${name}  ${styled(output, servedColor(consumer), text)}`);
    })
    .join('');
}

function nameOf({ key }: CertificateJson): string {
  const name = key.slice(key.indexOf('/') + 1);
  return key.startsWith('CertificateAuthority/') ? `${name} (authority)` : name;
}

/** How it stands with one: expired, in trouble, due, or well. */
function look(
  { file, renewalAt, problems }: CertificateJson,
  now: number,
): { sign: string; color: 'red' | 'yellow' | 'green' } {
  if (file === null || Date.parse(file.notAfter) <= now) return { sign: 'x', color: 'red' };
  if (problems.length > 0) return { sign: '!', color: 'red' };
  if (renewalAt !== null && Date.parse(renewalAt) <= now) return { sign: '~', color: 'yellow' };
  return { sign: '=', color: 'green' };
}

function row(name: string, cells: readonly [string, string, string], width: number): string {
  const [until, renewal, serial] = cells;
  const lead = name.length > width ? `${name}\n    ${' '.repeat(width)}` : name.padEnd(width);
  return `${lead}  ${until.padEnd(20)}  ${renewal.padEnd(20)}  ${serial}`.trimEnd();
}

function certificateText(certificate: CertificateJson, output: Colors, now: number, width: number): string {
  const { file, renewalAt, names, issuer, consumers, problems } = certificate;
  const { sign, color } = look(certificate, now);
  const until = file === null ? 'none' : dateText(file.notAfter, now);
  const renewal = renewalAt === null ? 'never by itself' : dateText(renewalAt, now);
  const cells = row(nameOf(certificate), [until, file === null ? '' : renewal, shortSerial(file?.serial ?? '')], width);
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
  const width = Math.min(LONGEST_NAME, Math.max(4, ...certificates.map((certificate) => nameOf(certificate).length)));
  const header = `    ${row('NAME', ['VALID UNTIL', 'RENEWAL DUE', 'SERIAL'], width)}`;
  const body = certificates.map((certificate) => certificateText(certificate, output, now, width));
  return `${styled(output, 'bold', header)}\n${body.join('')}`;
}
