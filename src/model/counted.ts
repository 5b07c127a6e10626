/** `1 resource`, `2 resources`: a number of what takes a plain plural. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
