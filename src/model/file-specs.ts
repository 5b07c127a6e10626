import type { FieldValue } from './fields.ts';
import type { TlsName } from './tls-access.ts';

/** One look at what a consumer says of itself. */
export interface Look {
  /** Path of a GET request. */
  readonly path: string;
  /** Text that the answer must hold. */
  readonly contains: string;
}

/** What to do with a consumer after a file changed, and how to see that it loaded the new content. */
export interface OnChange {
  /** Name of the Container resource that reads the file. */
  readonly container: string;
  readonly action:
    | { readonly type: 'signal'; readonly signal: string }
    | { readonly type: 'restart' }
    | {
        readonly type: 'http';
        readonly method: string;
        readonly port: number;
        readonly path: string;
        /** Absent: plain HTTP. */
        readonly tls?: TlsName;
      };
  /** After the action, GET this on the container's own address until the body contains the text. */
  readonly loaded?: Look & {
    readonly port: number;
    /** Milliseconds. */
    readonly within: number;
    /** Absent: plain HTTP. */
    readonly tls?: TlsName;
    /** Further looks; all of them must hold at once. */
    readonly and?: readonly Look[];
  };
}

/** What must accept a candidate, in throw-away containers, before it goes live. */
export interface FileCheck {
  readonly image: string;
  /** Run one after another; `{file}` in an argument is the candidate. At least one. */
  readonly commands: readonly (readonly string[])[];
  /** Absent: the image's. */
  readonly user?: string;
  /** Further files beside the candidate: name to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Host paths (already prefixed with `--root`) that it sees too, read only; sorted by target. */
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
  /** Milliseconds: the last command passes when it still runs after so long. Absent: it must exit with 0. */
  readonly runsFor?: number;
}

export interface FileSpec {
  /** Absolute host path (already prefixed with `--root`). */
  readonly path: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
  /** sha256 hex of the decoded content. */
  readonly digest: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode: number;
  readonly check?: FileCheck;
  readonly onChange: readonly OnChange[];
}

/** A tree of keys; what is not a map is a value. */
export interface KeyTree {
  readonly [key: string]: FieldValue;
}

/** Keys that must hold in somebody else's YAML file. */
export interface FilePatchSpec {
  /** Absolute host path (already prefixed with `--root`). */
  readonly path: string;
  readonly set: KeyTree;
  /** Paths of keys whose present value is replaced whoever wrote it. Not part of the hash. */
  readonly overwrite: readonly string[];
  readonly check?: FileCheck;
  readonly onChange: readonly OnChange[];
}

/** A log that a container writes, and how it is rotated. */
export interface LogFileSpec {
  /** Absolute host path (already prefixed with `--root`). */
  readonly path: string;
  /** Bytes. */
  readonly maxSize: number;
  /** Number of rotated files that stay; at least one. */
  readonly keep: number;
  /** Milliseconds since its last line after which a rotated file goes; absent: never. */
  readonly maxAge?: number;
  /** Name of the Container resource that writes it. */
  readonly container: string;
  /** `SIGxxx`, after which it opens its log anew. */
  readonly signal: string;
}
