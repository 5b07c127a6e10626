import type { CertificateFormats, ParsedKey, ParsedPem } from './certificate-formats.ts';
import type { HostFiles, Links } from './host-files.ts';
import { ParsedFiles } from './parsed-files.ts';
import { Signatures } from './signatures.ts';

/** A small text, whole. */
export interface ParsedText {
  readonly state: 'parsed';
  readonly text: string;
}

/** Everything that authorities and pairs are read with; one for all, so that nothing is read or checked twice. */
export interface CertificateReaders {
  readonly files: HostFiles;
  /** Milliseconds since the epoch, by the clock that file times come from. */
  readonly now: () => number;
  /** Files that people name: they may be symlinks. Their errors begin with a verb: who tells of them knows the path. */
  readonly named: { readonly pems: ParsedFiles<ParsedPem>; readonly keys: ParsedFiles<ParsedKey> };
  /** Files below a Certificate's directory: a symlink there could lead us to files of somebody else. */
  readonly ours: { readonly pems: ParsedFiles<ParsedPem>; readonly keys: ParsedFiles<ParsedKey> };
  readonly texts: ParsedFiles<ParsedText>;
  readonly signatures: Signatures;
}

export function createReaders(files: HostFiles, formats: CertificateFormats, now: () => number): CertificateReaders {
  const pems = (links: Links): ParsedFiles<ParsedPem> =>
    new ParsedFiles({
      files,
      now,
      links,
      tellsPath: links === 'keep',
      parse: (content, modifiedAt) => ({
        state: 'parsed',
        certificates: formats.parseCertificates(content),
        modifiedAt,
      }),
    });
  const keys = (links: Links): ParsedFiles<ParsedKey> =>
    new ParsedFiles({
      files,
      now,
      links,
      tellsPath: links === 'keep',
      parse(content) {
        const { publicKey, keyAlgorithm } = formats.readKey(content);
        return { state: 'parsed', publicKey, keyAlgorithm };
      },
    });
  const text = (content: Buffer): ParsedText => ({ state: 'parsed', text: content.toString('latin1') });
  return {
    files,
    now,
    named: { pems: pems('follow'), keys: keys('follow') },
    ours: { pems: pems('keep'), keys: keys('keep') },
    texts: new ParsedFiles({ files, now, links: 'keep', tellsPath: true, parse: text }),
    signatures: new Signatures(formats),
  };
}

/** Ends one look at everything: what was not looked at in it is forgotten. */
export function sweepReaders({ named, ours, texts }: CertificateReaders): void {
  for (const reader of [named.pems, named.keys, ours.pems, ours.keys, texts]) reader.sweep();
}
