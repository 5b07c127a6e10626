/** A number cut to 0 to 1. */
export function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
