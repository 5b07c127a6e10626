import { expect } from 'chai';
import { certsText } from '../../../src/cli/certs-text.ts';
import type { CertificateStatus } from '../../../src/model/certificate-status.ts';
import { certificateJson } from '../../../src/status/certificate-json.ts';
import { certificateStatus, served } from '../../support/certificate-statuses.ts';
import { NOW } from '../../support/trace-events.ts';

const DAY = 86_400_000;
const PLAIN = { color: false };

function text(...certificates: CertificateStatus[]): string {
  return certsText(certificates.map(certificateJson), PLAIN, NOW);
}

function consumer(more: Partial<CertificateStatus['consumers'][number]>): string {
  return text(certificateStatus({ consumers: [{ name: 'traefik', ...more }] }));
}

describe('certificates on a terminal', () => {
  it('are a row each, with names, issuer and what is served below', () => {
    const lines = text(certificateStatus()).split('\n');
    expect(lines[0]).to.equal('    NAME  VALID UNTIL            RENEWAL DUE            SERIAL');
    expect(lines[1]).to.match(/^ {2}= web {3}2026-0[23]-\d\d, in 59 d {4}2026-01-\d\d, in 29 d {4}0a1b2c3d…$/);
    expect(lines.slice(2)).to.deep.equal([
      '      names   web.lab, 192.168.1.77',
      '      issuer  Homelab Root',
      '      served  traefik  same',
      '',
    ]);
  });

  it('say what is served instead, why it is refused, and what was not looked at', () => {
    expect(consumer({ served: served({ serial: 'ffffeeeedddd' }), isCurrent: false })).to.match(
      /traefik {2}other: serial ffffeeee…, until 2026-/,
    );
    expect(consumer({ served: served({ failure: 'not trusted' }), isCurrent: true })).to.contain(
      'refused: not trusted',
    );
    const error = 'connect ECONNREFUSED 172.18.0.2:443';
    expect(consumer({ served: { at: NOW, state: 'unreachable', error } })).to.contain(`unreachable: ${error}`);
    expect(consumer({})).to.contain('traefik  not looked at');
  });

  it('show problems below, and what is missing, expired or due by its mark', () => {
    expect(text(certificateStatus({ problems: ['traefik serves an older certificate.'] }))).to.match(
      /^ {2}! web[\s\S]*\n {6}! traefik serves an older certificate\.\n$/m,
    );
    const { file: _, renewalAt: __, ...bare } = certificateStatus();
    expect(text(bare)).to.match(/^ {2}x web {3}none/m);
    const file = { serial: '1', fingerprint: 'f', notBefore: NOW - 9 * DAY, notAfter: NOW - 3 * DAY };
    expect(text(certificateStatus({ file }))).to.match(/^ {2}x web {3}2025-12-\d\d, 3 d ago/m);
    expect(text(certificateStatus({ renewalAt: NOW - 1 }))).to.match(/^ {2}~ web/m);
  });

  it('say how old a look is when it is older than a minute', () => {
    expect(consumer({ served: served({ at: NOW - 59_000 }), isCurrent: true })).to.match(/traefik {2}same$/m);
    expect(consumer({ served: served({ at: NOW - 240_000 }), isCurrent: true })).to.match(
      /traefik {2}same, looked at 4 min ago$/m,
    );
    expect(consumer({ served: { at: NOW - 7_200_000, state: 'unreachable', error: 'no answer' } })).to.contain(
      'unreachable: no answer, looked at 2 h ago',
    );
  });

  it('keep a problem with a command on one line, so that it can be copied', () => {
    const long = 'x'.repeat(40);
    for (const command of ['openssl x509 -req', 'install -m 600', 'chmod o-rwx', 'bastion certs renew']) {
      const problem = `the key of ${long} is not as it must be; mend it with: ${command} /etc/pki/${long}`;
      expect(text(certificateStatus({ problems: [problem] }))).to.contain(`      ! ${problem}\n`);
    }
  });

  it('tell an authority from a certificate of the same name', () => {
    const { renewalAt: _, ...authority } = certificateStatus({ key: 'CertificateAuthority/web', consumers: [] });
    const shown = text(authority);
    expect(shown).to.contain('web (authority)').and.contain('never by itself').and.not.contain('served');
  });

  it('fit 80 columns, however long names and messages are', () => {
    const names = Array.from({ length: 12 }, (_, index) => `service-${index}.department.example.lab`);
    const failure = 'the certificate that it shows is signed by an authority that is not trusted here '
      .repeat(3)
      .trim();
    const shown = text(
      certificateStatus({
        key: 'Certificate/a-very-long-name-of-a-certificate-indeed',
        names,
        issuer: 'An Authority With A Long Name '.repeat(4).trim(),
        consumers: [{ name: 'a-container-with-a-long-name', served: served({ failure }), isCurrent: false }],
        problems: [failure],
      }),
    );
    for (const line of shown.split('\n')) expect(line.length, line).to.be.at.most(80);
    for (const name of names) expect(shown).to.contain(name);
  });

  it('let no control character of a certificate reach the terminal', () => {
    const shown = text(certificateStatus({ issuer: 'Root\u001b[2J\u0007', names: ['a\u202eb'] }));
    expect(shown).to.contain('Root?[2J?').and.contain('a?b');
  });
});
