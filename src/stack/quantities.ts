const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const POWERS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3 };

/** A duration as the schemas of the stack admit it, a whole number with one unit (`30s`, `7d`), in milliseconds. */
export function milliseconds(text: string): number {
  return Number.parseInt(text, 10) * (SECONDS[text.slice(-1)] ?? 1) * 1000;
}

/** A size as the schemas of the stack admit it, a whole number with one unit of powers of 1024 (`512m`), in bytes. */
export function bytes(text: string): number {
  return Number.parseInt(text, 10) * 1024 ** (POWERS[/[kmg]/.exec(text)?.[0] ?? ''] ?? 0);
}

/** The shorter of two durations, as written. */
export function shorter(one: string, other: string): string {
  return milliseconds(other) < milliseconds(one) ? other : one;
}

/** The longer of two durations, as written. */
export function longer(one: string, other: string): string {
  return milliseconds(other) > milliseconds(one) ? other : one;
}
