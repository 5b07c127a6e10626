import { isUtf8 } from 'node:buffer';
import type { FileManifest } from '../../model/manifest-types.ts';
import { readBeside } from '../beside.ts';
import type { Field } from '../field.ts';
import type { NormaliseContext } from './context.ts';

/** Content of a File, from whichever of content, source and contentBase64 is given; undefined after reporting. */
export function readContent(
  spec: FileManifest['spec'],
  context: NormaliseContext,
  field: Field,
): { content: string; encoding: 'utf8' | 'base64' } | undefined {
  const given = (['content', 'source', 'contentBase64'] as const).filter((name) => spec[name] !== undefined);
  if (given.length !== 1)
    return field.error(
      `needs exactly one of content, source and contentBase64, not ${given.length === 0 ? 'none' : given.join(' and ')}`,
    );
  if (spec.content !== undefined) return { content: spec.content, encoding: 'utf8' };
  if (spec.source !== undefined) return readSource(spec.source, context, field.at('source'));
  const text = (spec.contentBase64 ?? '').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    return field.at('contentBase64').error('is not base64');
  return fromBytes(Buffer.from(text, 'base64'));
}

function readSource(source: string, context: NormaliseContext, field: Field) {
  const read = readBeside(context.directory, context.file, source);
  return 'bytes' in read ? fromBytes(read.bytes) : field.error(read.problem, read.rule);
}

/** Text where it is text, so that diffs can be read and equal content has one form. */
function fromBytes(bytes: Buffer): { content: string; encoding: 'utf8' | 'base64' } {
  const text = isUtf8(bytes) && !bytes.includes(0);
  return text
    ? { content: bytes.toString('utf8'), encoding: 'utf8' }
    : { content: bytes.toString('base64'), encoding: 'base64' };
}
