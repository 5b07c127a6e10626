/** Of what is in the future nothing is known but that the clock was set back since: it is later than nothing. */
export function isLater(at: number, than: number, now: number): boolean {
  return at > than && at <= now;
}
