import type { Field } from '../field.ts';

/**
 * Splits a command text into arguments as a POSIX shell splits words: quotes, backslashes, comments; nothing is
 * expanded. The rules are those of github.com/google/shlex, which Compose uses.
 */
export function shellSplit(text: string, field: Field): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position] ?? '';
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else word += character;
    } else if (quote === '"') {
      if (character === '"') quote = undefined;
      else if (character === '\\' && position + 1 < text.length) word += text[(position += 1)] ?? '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\') {
      position += 1;
      if (position >= text.length) return field.error('ends in a backslash that escapes nothing');
      word = (word ?? '') + (text[position] ?? '');
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      const end = text.indexOf('\n', position);
      position = end < 0 ? text.length : end;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) return field.error(`has a quote ${quote} that is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

/** A command as a list, or as a text to split. */
export function readCommand(value: string | readonly string[], field: Field): readonly string[] | undefined {
  return typeof value === 'string' ? shellSplit(value, field) : value;
}
