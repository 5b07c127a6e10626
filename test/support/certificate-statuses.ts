import type { CertificateStatus } from '../../src/model/certificate-status.ts';
import type { ObservedServed } from '../../src/model/observed-certificates.ts';
import { NOW } from './trace-events.ts';

const DAY = 86_400_000;

/** A dial that found a certificate; `serial` `0a1b2c3d4e5f` unless told. */
export function served(more: Partial<Extract<ObservedServed, { state: 'served' }>> = {}): ObservedServed {
  return {
    at: NOW,
    state: 'served',
    serial: '0a1b2c3d4e5f',
    fingerprint: 'f1',
    notBefore: NOW - DAY,
    notAfter: NOW + 59 * DAY,
    ...more,
  };
}

/** `Certificate/web`, valid for 59 more days, with one consumer that serves it. */
export function certificateStatus(more: Partial<CertificateStatus> = {}): CertificateStatus {
  return {
    key: 'Certificate/web',
    names: ['web.lab', '192.168.1.77'],
    issuer: 'Homelab Root',
    file: { serial: '0a1b2c3d4e5f', fingerprint: 'f1', notBefore: NOW - DAY, notAfter: NOW + 59 * DAY },
    renewalAt: NOW + 29 * DAY,
    consumers: [{ name: 'traefik', served: served(), isCurrent: true }],
    problems: [],
    ...more,
  };
}
