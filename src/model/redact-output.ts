import { REDACTED, redactText } from './redact.ts';

/** Shorter ones are hidden where they stand alone: a password `a` must not take every a. */
const SHORT = 4;
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const CREDENTIALS = /(\bauthorization["']?\s{0,3}[:=]\s{0,3})["']?(?:(?:bearer|basic|digest)\s+)?[^\s"',;]+/gi;
const BEARER = /(\bbearer\s+)[\w.~+/=-]{8,}/gi;
/** `password: x`, `"apiKey":"x"`; a parser's complaint of an unexpected token is none. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|secret|(?<!unexpected )token|api[_-]?key|access[_-]?key|credentials?)["']?\s{0,3}[:=]\s{0,3})("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,;&'"]+)/gi;
/** Long words, whose pieces may be random: what a file that was mounted holds, which nobody here looks into. */
const WORD = /[A-Za-z0-9_+-]{20,}={0,2}/g;
const PIECE = 12;

/**
 * What a program printed, without what looks like a secret in it, and without the given ones. It hides more than
 * `redactText`, which is for sentences that may speak of a password: here, too much does less harm than too little.
 */
export function redactOutput(text: string, secrets: readonly string[] = []): string {
  const known = [...new Set(secrets.flatMap((secret) => [secret, ...secret.split('\n')]).map((one) => one.trim()))]
    .filter((secret) => secret !== '')
    // One that is a part of another would leave the rest of it.
    .sort((a, b) => b.length - a.length);
  let hidden = text;
  for (const secret of known) hidden = hidden.replace(patternOf(secret), () => REDACTED);
  hidden = hidden.replace(KEY, REDACTED).replace(CREDENTIALS, `$1${REDACTED}`).replace(BEARER, `$1${REDACTED}`);
  hidden = hidden.replace(NAMED, `$1${REDACTED}`).replace(WORD, (word) => (isRandom(word) ? REDACTED : word));
  return redactText(hidden);
}

/** Names are words and numbers (`node-exporter-01`); what is random mixes letters and digits for longer. */
function isRandom(word: string): boolean {
  return word.split(/[_+-]/).some((piece) => piece.length >= PIECE && /\d/.test(piece) && /[A-Za-z]/.test(piece));
}

function patternOf(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RegExp(secret.length < SHORT ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g');
}
