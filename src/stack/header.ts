import type { Key } from '../model/key.ts';

/** First line of every rendered file that may hold comments. */
export function header(key: Key): string {
  return `# Rendered by bastion from ${key}: change that instead, for changes here are undone.\n`;
}
