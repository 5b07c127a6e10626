import { isIP } from 'node:net';
import type { BastionManifest } from '../../model/manifest-types.ts';
import type { CommandReceiver, NotificationSpec, ReceiverSpec, WebReceiver } from '../../model/notification-spec.ts';
import type { Field } from '../field.ts';
import { secretInAssignment, secretInText } from '../policy/secret-text.ts';
import { defined } from './defined.ts';
import { readMilliseconds } from './duration.ts';
import { readFilePath } from './host-path.ts';

type Written = NonNullable<BastionManifest['spec']['notifications']>;
type WrittenReceiver = Written['receivers'][string];

/** Milliseconds: who waits longer for one attempt waits for nothing. */
const LONGEST_TIMEOUT = 120_000;

/** Fields that say how a web service is reached, and mean nothing for a command. */
const WEB_FIELDS = ['url', 'urlFile', 'topic', 'tokenFile', 'authorityFile'] as const;

/**
 * Whom the operator notifies, to its normal form; `field` stands for `spec.notifications`. Which files may be named is
 * decided in policy/notification-files.ts.
 */
export function readNotifications(written: Written, field: Field): NotificationSpec {
  const expiry = written.certificateExpiry.flatMap(
    (text, position) => readMilliseconds(text, field.at('certificateExpiry', position), 3650) ?? [],
  );
  if (written.link !== undefined) checkUrl(written.link, field.at('link'));
  const receivers = Object.entries(written.receivers).flatMap(
    ([name, receiver]) => readReceiver(name, receiver, field.at('receivers', name)) ?? [],
  );
  return defined({
    settle: readMilliseconds(written.settle, field.at('settle')) ?? 0,
    unreachableAfter: readMilliseconds(written.unreachableAfter, field.at('unreachableAfter')) ?? 0,
    certificateExpiry: [...new Set(expiry)].sort((a, b) => b - a),
    link: written.link,
    receivers: receivers.sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
}

function readReceiver(name: string, written: WrittenReceiver, field: Field): ReceiverSpec | undefined {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    return field.error('is no name of a receiver: write lower-case letters, digits and hyphens');
  const timeout = readMilliseconds(written.timeout, field.at('timeout')) ?? 0;
  if (timeout > LONGEST_TIMEOUT) field.at('timeout').error('is longer than 2m');
  const common = defined({ name, on: written.on, timeout });
  if (written.type === 'command') return readCommand(written, common, field);
  if (written.command !== undefined)
    field.at('command').error(`means nothing for ${written.type}: leave it out, or write type: command`);
  return readWeb(written.type, written, common, field);
}

function readCommand(
  written: WrittenReceiver,
  common: Pick<CommandReceiver, 'name' | 'on' | 'timeout'>,
  field: Field,
): CommandReceiver | undefined {
  for (const other of WEB_FIELDS)
    if (written[other] !== undefined) field.at(other).error('means nothing for a command: leave it out');
  const [program, ...rest] = written.command ?? [];
  const at = field.at('command');
  if (program === undefined) return at.error('is missing: name a program in the directory of notification commands');
  if (program.includes('/') || /^\.*$/.test(program))
    return at.error(
      'must begin with a plain file name: only programs that a human put into the directory of notification commands (--notify-commands) are run',
    );
  [program, ...rest].forEach((word, position) => {
    if (word.includes('\0')) at.at(position).error('holds a NUL character');
    const why = secretInText(word);
    if (why !== undefined) at.at(position).error(`${why}; manifests live in git`, 'no-secrets-in-manifest');
  });
  return { ...common, type: 'command', command: [program, ...rest] };
}

function readWeb(
  type: WebReceiver['type'],
  written: WrittenReceiver,
  common: Pick<WebReceiver, 'name' | 'on' | 'timeout'>,
  field: Field,
): WebReceiver | undefined {
  const { url, urlFile, topic, tokenFile, authorityFile } = written;
  const file = (text: string | undefined, name: string): string | undefined =>
    text === undefined ? undefined : readFilePath(text, field.at(name));
  const paths = { tokenFile: file(tokenFile, 'tokenFile'), authorityFile: file(authorityFile, 'authorityFile') };
  const place = file(urlFile, 'urlFile');
  if (type === 'ntfy' && topic === undefined) field.at('topic').error('is missing: which topic of ntfy?');
  if (type !== 'ntfy' && topic !== undefined) field.at('topic').error(`means nothing for ${type}: leave it out`);
  if (url !== undefined && urlFile !== undefined) return field.error('has both url and urlFile: one must go');
  if (url === undefined) {
    if (place === undefined) return urlFile === undefined ? field.error('needs url or urlFile') : undefined;
    return defined({ ...common, type, address: { urlFile: place }, topic, ...paths });
  }
  const at = field.at('url');
  if (type === 'slack')
    return at.error(
      'of Slack lets whoever knows it write: manifests live in git, so keep it in a file on the host and name that with urlFile',
      'no-secrets-in-manifest',
    );
  checkUrl(url, at);
  if (tokenFile !== undefined && /^http:/i.test(url) && !isLoopback(url))
    at.error('would take the token over the network in clear text: use https');
  return defined({ ...common, type, address: { url }, topic, ...paths });
}

function checkUrl(text: string, field: Field): void {
  if (!URL.canParse(text)) return field.error('is not an address, such as https://ntfy.lab/');
  const { username, password, searchParams, hash } = new URL(text);
  const secret = [...searchParams].map(([name, value]) => secretInAssignment(name, value)).find(Boolean);
  if (username !== '' || password !== '' || secret !== undefined)
    field.error(
      `${secret ?? 'holds credentials'}; manifests live in git: use tokenFile or urlFile`,
      'no-secrets-in-manifest',
    );
  if (hash !== '') field.error('has a fragment (#...), which is never sent');
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
