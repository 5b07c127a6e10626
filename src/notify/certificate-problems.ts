import type { CertificateStatus } from '../model/certificate-status.ts';
import type { NotificationSpec } from '../model/notification-spec.ts';
import type { Problem } from './problem.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 days`, `5 hours`; rounded down. */
function roughly(milliseconds: number): string {
  const [size, noun] =
    milliseconds >= 2 * DAY ? [DAY, 'day'] : milliseconds >= 2 * HOUR ? [HOUR, 'hour'] : [MINUTE, 'minute'];
  const count = Math.floor(milliseconds / size);
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function expiryId({ key }: Pick<CertificateStatus, 'key'>): string {
  return `expiry of ${key}`;
}

/**
 * Certificates that are nearer their end than a threshold and were not renewed though it is time; the nearest threshold
 * that is passed is the stage. One that is not due yet is as it should be, however short it lives.
 */
export function certificateProblems(
  certificates: readonly CertificateStatus[],
  { certificateExpiry, settle }: Pick<NotificationSpec, 'certificateExpiry' | 'settle'>,
  now: number,
): Problem[] {
  return certificates.flatMap((certificate) => {
    const { key, file, renewalAt, problems } = certificate;
    if (file === undefined || (renewalAt !== undefined && now < renewalAt)) return [];
    const left = file.notAfter - now;
    const passed = [...certificateExpiry.filter((threshold) => threshold > 0), 0].filter(
      (threshold) => left <= threshold,
    );
    if (passed.length === 0) return [];
    const end = new Date(file.notAfter).toISOString();
    const isOver = left <= 0;
    const isAuthority = key.startsWith('CertificateAuthority/');
    const name = key.slice(key.indexOf('/') + 1);
    return {
      id: expiryId(certificate),
      kind: 'certificate',
      // A new certificate that comes near its end is another matter, and so is the next threshold.
      stage: `${file.notAfter} ${passed.at(-1)}`,
      rank: passed.length,
      settle,
      priority: isOver ? 5 : left <= DAY ? 5 : 4,
      title: isOver ? `${key} has expired` : `${key} expires in ${roughly(left)}`,
      message: [isOver ? `It expired at ${end}.` : `It is valid until ${end} and was not renewed.`, ...problems].join(
        '\n',
      ),
      subjects: [key],
      ...(isAuthority ? {} : { command: `bastion certs renew ${name}` }),
    };
  });
}
