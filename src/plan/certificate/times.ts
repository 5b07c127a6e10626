/** Milliseconds since the epoch to `2026-11-22 12:00 UTC`. */
export function day(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
