/** What a word ends at, longest first. */
const OPERATORS = ['&&', '||', ';', '|', '&', '(', ')', '\n'];

/** Words that come before a command. */
const BEFORE = new Set([
  'then',
  'do',
  'else',
  'if',
  'while',
  'until',
  '!',
  '{',
  '}',
  'fi',
  'done',
  'sudo',
  'time',
  'nice',
]);

/**
 * The simple commands of a shell text, each as its words: without comments, redirections, assignments before the
 * command, bodies of here-documents, and `sudo`. Nothing is expanded: `$EDITOR` stays `$EDITOR`. It reads what examples
 * hold, not the whole language; `bash -n` looks at the syntax.
 */
export function shellCommands(text: string): string[][] {
  return simpleCommands(withoutHereDocuments(text.replaceAll('\\\n', ' ')))
    .map(stripped)
    .filter((words) => words.length > 0);
}

function withoutHereDocuments(text: string): string {
  let end: string | undefined;
  return text
    .split('\n')
    .filter((line) => {
      if (end !== undefined) {
        if (line.trim() === end) end = undefined;
        return false;
      }
      end = /<<-?\s*['"]?([A-Za-z_]+)['"]?/.exec(line)?.[1];
      return true;
    })
    .join('\n');
}

function simpleCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const operator = OPERATORS.find((each) => text.startsWith(each, at));
    if (character === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = (end < 0 ? text.length : end) - 1;
    } else if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1);
      if (end < 0) throw new Error(`a quote is not closed: ${text.slice(at)}`);
      word = (word ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (text.startsWith('$(', at)) {
      // What is substituted is a command, too.
      const end = text.indexOf(')', at);
      commands.splice(-1, 0, ...simpleCommands(text.slice(at + 2, end)));
      word = `${word ?? ''}$()`;
      at = end;
    } else if (operator !== undefined && !(operator === '&' && /[<>]$/.test(word ?? ''))) {
      endWord();
      commands.push([]);
      at += operator.length - 1;
    } else if (/\s/.test(character)) endWord();
    else word = (word ?? '') + character;
  }
  endWord();
  return commands;
}

/** Without redirections, assignments and what only goes before a command. */
function stripped(words: readonly string[]): string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^\d*(<<-?|<|>>?|>&|<&)$/.test(word)) at += 1;
    else if (/^\d*[<>]/.test(word)) continue;
    else if (left.length === 0 && (BEFORE.has(word) || /^[A-Za-z_]+=/.test(word))) continue;
    else left.push(word);
  }
  return left;
}
