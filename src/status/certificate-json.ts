import type { CertificateStatus } from '../model/certificate-status.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';

/** What a dial of a consumer found. */
export type ServedJson =
  | {
      readonly state: 'served';
      readonly at: string;
      readonly serial: string;
      readonly fingerprint: string;
      readonly notBefore: string;
      readonly notAfter: string;
      /** Why the handshake failed though a certificate was shown; null when it did not. */
      readonly failure: string | null;
    }
  | { readonly state: 'unreachable'; readonly at: string; readonly error: string };

/** One authority or certificate in `GET /api/v1/status` and `bastion certs --json`. Times are ISO 8601. */
export interface CertificateJson {
  readonly key: string;
  readonly names: readonly string[];
  readonly issuer: string;
  /** Null when there is no certificate that can be read. */
  readonly file: {
    readonly serial: string;
    readonly fingerprint: string;
    readonly notBefore: string;
    readonly notAfter: string;
  } | null;
  /** Null for an authority, which is never renewed by itself. */
  readonly renewalAt: string | null;
  readonly consumers: readonly {
    readonly name: string;
    /** Null: not looked at. */
    readonly served: ServedJson | null;
    /** Whether what is served is what is on the disk; null: not known. */
    readonly isCurrent: boolean | null;
  }[];
  readonly problems: readonly string[];
}

/** A certificate may say any time; those that no calendar has are shown as the nearest that one does. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

function isoTime(milliseconds: number): string {
  const time = Number.isNaN(milliseconds) ? 0 : Math.min(LAST_TIME, Math.max(-LAST_TIME, milliseconds));
  return new Date(time).toISOString();
}

function servedJson(served: ObservedServed): ServedJson {
  if (served.state === 'unreachable') return { state: served.state, at: isoTime(served.at), error: served.error };
  const { state, at, serial, fingerprint, notBefore, notAfter, failure } = served;
  const times = { notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) };
  return { state, at: isoTime(at), serial, fingerprint, ...times, failure: failure ?? null };
}

/** An authority's or a certificate's status to its JSON form. */
export function certificateJson({ key, names, issuer, file, renewalAt, ...rest }: CertificateStatus): CertificateJson {
  return {
    key,
    names,
    issuer,
    file:
      file === undefined
        ? null
        : {
            serial: file.serial,
            fingerprint: file.fingerprint,
            notBefore: isoTime(file.notBefore),
            notAfter: isoTime(file.notAfter),
          },
    renewalAt: renewalAt === undefined ? null : isoTime(renewalAt),
    consumers: rest.consumers.map(({ name, served, isCurrent }) => ({
      name,
      served: served === undefined ? null : servedJson(served),
      isCurrent: isCurrent ?? null,
    })),
    problems: rest.problems,
  };
}
