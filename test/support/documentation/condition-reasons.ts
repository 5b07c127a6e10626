import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { fileErrorCodes } from '../../../src/apply/file-error-text.ts';
import { STEP_ERROR_CODES } from '../../../src/apply/step-error.ts';
import { ENGINE_ERROR_CODES } from '../../../src/engine/errors.ts';
import { CONDITION_TYPES } from '../../../src/model/condition.ts';
import { KINDS } from '../../../src/model/key.ts';
import { reasonOf } from '../../../src/plan/conditions.ts';
import { OPERATIONS } from '../../../src/status/metric-labels.ts';
import { REPOSITORY } from './blocks.ts';

/** Words in the planner that look like a reason and are something else. */
const OTHER_WORDS: ReadonlySet<string> = new Set<string>([
  ...[...OPERATIONS, ...KINDS, ...CONDITION_TYPES],
  // Units, and what becomes AwaitingHuman or DependenciesNotReady before anybody sees it.
  ...['KiB', 'MiB', 'GiB', 'TiB', 'NoFile'],
]);

/** Places where conditions are made. */
const ROOMS = ['src/plan', 'src/runtime/status-view.ts'];

/**
 * Every reason that a condition can have, sorted: each word in CamelCase in the planner's source that is no kind, operation
 * or type of condition, and what error codes become. Rather one too many than one too few: a new word must be explained.
 */
export function conditionReasons(): string[] {
  const written = ROOMS.flatMap(sourcesBelow).flatMap((path) => wordsOf(readFileSync(path, 'utf8')));
  const codes = [
    ...Object.keys(STEP_ERROR_CODES),
    ...Object.keys(ENGINE_ERROR_CODES),
    ...fileErrorCodes().map((code) => `FILE_${code}`),
    // Given by the runtime, of what it sees over time, and for whatever else a step throws.
    ...['CRASH_LOOP', 'NOT_STICKING', 'STEP_FAULT'],
  ];
  return [...new Set([...written.filter((word) => !OTHER_WORDS.has(word)), ...codes.map(reasonOf)])].sort();
}

function sourcesBelow(place: string): string[] {
  if (place.endsWith('.ts')) return [join(REPOSITORY, place)];
  const names = readdirSync(join(REPOSITORY, place), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(REPOSITORY, place, name));
}

/** String literals in CamelCase, without those of types and imports. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && /^[A-Z][a-z]+([A-Z][a-z]*)*$/.test(node.text)) words.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return words;
}
