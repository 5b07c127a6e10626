import { expect } from 'chai';
import type { CertificateStatus } from '../../../src/model/certificate-status.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { certificateStatus, served } from '../../support/certificate-statuses.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NOW, startStep, stepFinished } from '../../support/trace-events.ts';

const DAY = 86_400;
const OF_WEB = 'name="web",consumer="traefik"';

function seen(...certificates: CertificateStatus[]): TraceEvent {
  return { type: 'certificates-seen', at: NOW, certificates };
}

function issued(outcome: Outcome): TraceEvent {
  return stepFinished(
    { ...startStep('Certificate/web'), op: 'IssueCertificate' } as ReturnType<typeof startStep>,
    outcome,
  );
}

describe('metrics of certificates', () => {
  let metrics: Metrics;
  beforeEach(
    () => (metrics = new Metrics({ clock: new FakeClock({ now: NOW }), version: '1', processMetrics: false })),
  );
  const feed = (...events: TraceEvent[]): void => events.forEach((event) => metrics.consume(event));
  const value = async (series: string): Promise<string | undefined> => {
    const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`bastion_certificate_${series} `));
    return line?.split(' ').at(-1);
  };

  it('show the times of file and of what is served', async () => {
    feed(
      seen(
        certificateStatus({ consumers: [{ name: 'traefik', served: served({ notAfter: NOW }), isCurrent: false }] }),
      ),
    );
    const now = NOW / 1000;
    expect(Number(await value('not_after_timestamp_seconds{kind="Certificate",name="web"}'))).to.equal(now + 59 * DAY);
    expect(Number(await value('not_before_timestamp_seconds{kind="Certificate",name="web"}'))).to.equal(now - DAY);
    expect(Number(await value('renewal_timestamp_seconds{name="web"}'))).to.equal(now + 29 * DAY);
    expect(Number(await value(`served_not_after_timestamp_seconds{${OF_WEB}}`))).to.equal(now);
    expect(Number(await value(`served_not_before_timestamp_seconds{${OF_WEB}}`))).to.equal(now - DAY);
    expect(await value(`served_current{${OF_WEB}}`)).to.equal('0');
  });

  it('exist from the first scrape, whatever is not known yet', async () => {
    const { file: _, renewalAt: __, ...bare } = certificateStatus({ consumers: [{ name: 'traefik' }] });
    feed(seen(bare));
    expect(await value('not_after_timestamp_seconds{kind="Certificate",name="web"}')).to.equal('0');
    for (const result of ['success', 'failure'])
      expect(await value(`renewals_total{name="web",result="${result}"}`)).to.equal('0');
    expect(await value(`handshake_failures_total{${OF_WEB}}`)).to.equal('0');
    for (const series of ['renewal_timestamp_seconds{name="web"}', `served_current{${OF_WEB}}`])
      expect(await value(series)).to.equal('Nan');
  });

  it('count renewals by result and dials that failed', async () => {
    const error = { code: 'X', message: 'no' };
    feed(seen(certificateStatus()), issued({ type: 'done' }), issued({ type: 'retry', error }));
    feed(issued({ type: 'terminal', error }), issued({ type: 'skipped', because: 'stop' }));
    expect(await value('renewals_total{name="web",result="success"}')).to.equal('1');
    expect(await value('renewals_total{name="web",result="failure"}')).to.equal('2');
    const checked = { type: 'served-checked', at: NOW, key: 'Certificate/web', consumer: 'traefik' } as const;
    feed({ ...checked, result: served() });
    feed({ ...checked, result: served({ failure: 'not trusted' }) });
    feed({ ...checked, result: { at: NOW, state: 'unreachable', error: 'refused' } });
    expect(await value(`handshake_failures_total{${OF_WEB}}`)).to.equal('2');
  });

  it('go with the certificate and with the consumer', async () => {
    const checked = { type: 'served-checked', at: NOW, key: 'Certificate/web', consumer: 'old' } as const;
    feed({ ...checked, result: served() }, issued({ type: 'done' }), seen(certificateStatus()));
    expect(await metrics.text())
      .to.contain('consumer="traefik"')
      .and.not.contain('consumer="old"');
    feed(seen(certificateStatus({ consumers: [] })));
    expect(await metrics.text()).not.to.contain('consumer="traefik"');
    expect(await value('renewals_total{name="web",result="success"}')).to.equal('1');
    feed(seen(), issued({ type: 'done' }));
    expect(await metrics.text()).not.to.contain('name="web"');
  });

  it('of an authority are those of its file alone', async () => {
    feed(seen(certificateStatus({ key: 'CertificateAuthority/root' })));
    const series = (await metrics.text()).split('\n').filter((line) => line.includes('name="root"'));
    expect(series).to.have.length(2);
  });
});
