/**
 * The same text with memory of its own. What is cut out of a line holds all that was read with the line in memory, 64 KiB for
 * a name of twenty characters: whatever is kept of it must be made so.
 */
export function ownText(text: string): string {
  // To join makes a new text as soon as it is looked at, and what is cut out of that holds nothing else.
  return ` ${text}`.slice(1);
}
