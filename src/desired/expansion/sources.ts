import { isUtf8 } from 'node:buffer';
import type { Key } from '../../model/key.ts';
import type { SourceText } from '../../stack/renderer.ts';
import { readBeside } from '../beside.ts';
import type { Member } from './member.ts';

/** Reads what renderers want of the files beside manifests, each once a reading, and remembers what it was. */
export class Sources {
  readonly #directory: string;
  readonly #read = new Map<Key, Map<string, SourceText>>();

  /** @param directory absolute path of the desired-state directory */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The file at a path as written in a member's manifest. */
  textOf(member: Member, path: string): SourceText {
    if (member.texts !== undefined) {
      const text = Object.hasOwn(member.texts, path) ? member.texts[path] : undefined;
      return text === undefined ? { problem: 'was not there when this was good last' } : { text };
    }
    const known = this.#read.get(member.key) ?? new Map<string, SourceText>();
    this.#read.set(member.key, known);
    const text = known.get(path) ?? this.#readText(member.document.file, path);
    known.set(path, text);
    return text;
  }

  /** What a member's files were, for when they are broken. */
  textsOf(member: Member): Readonly<Record<string, string>> {
    if (member.texts !== undefined) return member.texts;
    const known = [...(this.#read.get(member.key) ?? [])];
    return Object.fromEntries(known.flatMap(([path, found]) => ('text' in found ? [[path, found.text]] : [])));
  }

  #readText(file: string, path: string): SourceText {
    const read = readBeside(this.#directory, file, path);
    if (!('bytes' in read)) return { problem: read.problem };
    return isUtf8(read.bytes) ? { text: read.bytes.toString('utf8') } : { problem: 'is not text in UTF-8' };
  }
}
