/**
 * The same words as the server's (src/model/format-change.ts); a spec holds both equal.
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/**
 * @param {string} iso
 * @param {number} now milliseconds since the epoch
 * @returns {string}
 */
export function ago(iso, now) {
  const age = now - Date.parse(iso);
  return age < 1500 ? 'just now' : `${formatDuration(age)} ago`;
}
