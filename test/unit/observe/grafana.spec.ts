import { expect } from 'chai';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpRequest } from '../../../src/apply/http-request.ts';
import type { GrafanaAnswer } from '../../../src/model/observed-services.ts';
import type { ServiceSpec } from '../../../src/model/service-spec.ts';
import type { AskService } from '../../../src/observe/services/ask.ts';
import { readGrafana, type AdminPassword } from '../../../src/observe/services/grafana.ts';
import { explainDatasource } from '../../../src/observe/services/grafana-words.ts';
import { ServiceError } from '../../../src/observe/services/service-error.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeGrafana } from '../../support/grafana/fake-grafana.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeAuthority, type TestAuthority } from '../../support/test-authority.ts';

const NAME = 'grafana.lab';
const NOW = Date.UTC(2026, 10, 28);
const MINUTE = 60_000;

const spec: Extract<ServiceSpec, { type: 'grafana' }> = {
  type: 'grafana',
  at: { container: 'grafana', port: 3000, serverName: NAME, authority: 'lab' },
  adminUser: 'admin',
  adminPassword: '/secrets/admin-password',
  datasources: ['prometheus'],
  dashboards: ['topology', 'zones'],
};
const right: AdminPassword = { text: 'right', changedAt: 1 };

describe('what a Grafana says of itself', () => {
  const directory = temporaryDirectory('grafana');
  let authority: TestAuthority;
  let fake: FakeGrafana;
  let port = 0;

  const place = (name: string): string => join(directory(), name);
  const renew = async (name = NAME): Promise<void> => {
    const { certificate, key } = await authority.issue(name);
    writeFileSync(place('tls.key'), key);
    writeFileSync(place('tls.crt'), certificate);
  };
  /** As the operator asks, but for its own certificate, which Grafana does not want. */
  const ask: AskService = ({ method = 'GET', ...rest }) => {
    const tls = { serverName: NAME, trust: [authority.certificate] };
    return httpRequest(systemClock, { host: '127.0.0.1', port, method, deadline: 5000, tls, ...rest });
  };
  const read = (look: { password?: AdminPassword; previous?: GrafanaAnswer; now?: number } = {}) =>
    readGrafana(ask, spec, { password: right, previous: undefined, now: NOW, ...look });

  before(async () => {
    authority = await makeAuthority('lab');
  });

  beforeEach(async () => {
    await renew();
    fake = new FakeGrafana({ cert: place('tls.crt'), key: place('tls.key') });
    fake.state.dashboards = { topology: 'Topology', zones: 'Zones', other: 'Other' };
    port = await fake.listen('127.0.0.1', 5);
  });

  afterEach(() => fake.close());

  it('is that all is well', async () => {
    expect(await read()).to.deep.equal({
      version: '12.4.10',
      isDatabaseWell: true,
      failingDatasources: [],
      missingDashboards: [],
    });
  });

  it('ends with its health when its database does not answer: nothing else would be true', async () => {
    fake.state.database = 'failing';
    expect(await read()).to.include({ isDatabaseWell: false });
    expect(fake.requests).to.deep.equal(['GET /api/health']);
  });

  it('is which dashboards are missing, since when', async () => {
    fake.state.dashboards = { zones: 'Zones' };
    const first = await read();
    expect(first.missingDashboards).to.deep.equal([
      {
        uid: 'topology',
        message:
          'it is not there: Grafana looks into its directory every 30 s and logs what it cannot use (docker logs)',
        since: NOW,
      },
    ]);
    fake.state.dashboards = {};
    const second = await read({ previous: first, now: NOW + MINUTE });
    expect(second.missingDashboards.map(({ uid, since }) => [uid, since - NOW])).to.deep.equal([
      ['topology', 0],
      ['zones', MINUTE],
    ]);
  });

  it('is not that a dashboard is missing which only the list does not know yet', async () => {
    fake.state.unlisted = ['zones'];
    expect((await read()).missingDashboards).to.deep.equal([]);
    expect(fake.requests).to.include('GET /api/dashboards/uid/zones');
  });

  const CERTIFICATE = 'Post "https://prometheus.lab:9090/api/v1/query": ';
  const cases: readonly (readonly [title: string, fault: string, wanted: RegExp])[] = [
    [
      'Prometheus refuses its certificate',
      `${CERTIFICATE}remote error: tls: certificate required`,
      /refuses the certificate that Grafana shows.*docker restart grafana.*bastion certs/,
    ],
    [
      'it does not know the authority',
      `${CERTIFICATE}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      /does not know the authority/,
    ],
    [
      'a certificate has expired',
      `${CERTIFICATE}tls: failed to verify certificate: x509: certificate has expired or is not yet valid`,
      /has expired: `bastion certs`/,
    ],
    [
      'the names do not fit',
      `${CERTIFICATE}tls: failed to verify certificate: x509: certificate is valid for gateway.lab, not prometheus.lab`,
      /certificate of another name/,
    ],
    [
      'nobody listens',
      `${CERTIFICATE}dial tcp 172.30.78.3:9090: connect: connection refused`,
      /does not answer at all: see its own conditions/,
    ],
    ['the name is not known', `${CERTIFICATE}dial tcp: lookup prometheus.lab: no such host`, /network grafana/],
    ['it takes too long', `${CERTIFICATE}context deadline exceeded`, /does not answer in time/],
  ];
  for (const [title, fault, wanted] of cases)
    it(`is that the data source does not answer because ${title}, with what to do`, async () => {
      fake.state.datasources['prometheus'] = fault;
      const { failingDatasources } = await read();
      expect(failingDatasources).to.have.length(1);
      expect(failingDatasources[0]).to.include({ uid: 'prometheus', since: NOW });
      expect(failingDatasources[0]?.message).to.contain(fault).and.match(wanted);
    });

  it('is that a data source is not there', async () => {
    delete fake.state.datasources['prometheus'];
    expect((await read()).failingDatasources[0]?.message).to.contain('it is not there: Grafana reads its provisioning');
  });

  it('is that the home dashboard cannot be shown', async () => {
    fake.state.home = 'Failed to load home dashboard';
    expect(await read()).to.include({ homeFailure: 'Failed to load home dashboard' });
  });

  it('is that the administrator is not let in, and how to mend that; the rest is not known then', async () => {
    fake.state.admin.password = 'changed';
    const answer = await read();
    expect(answer.refusal).to.include({ at: NOW, passwordChangedAt: 1 });
    expect(answer.refusal?.message).to.contain('/secrets/admin-password').and.contain('reset-admin-password');
    expect(answer.refusal?.message).not.to.contain('right');
    expect(answer.missingDashboards).to.deep.equal([]);
  });

  it('never takes so many wrong passwords that Grafana lets nobody in', async () => {
    fake.state.admin.password = 'changed';
    let previous: GrafanaAnswer | undefined;
    for (let minute = 0; minute < 40; minute++)
      previous = await read({ now: NOW + minute * MINUTE, ...(previous && { previous }) });
    expect(fake.refused).to.equal(2);
    fake.state.admin.password = 'right';
    const mended = { password: { text: 'right', changedAt: 2 }, now: NOW + 41 * MINUTE };
    const answer = await read({ ...mended, ...(previous && { previous }) });
    expect(answer).not.to.have.property('refusal');
  });

  it('is asked without a password nothing but its health', async () => {
    const answer = await read({ password: { text: undefined, changedAt: 0 } });
    expect(answer.refusal?.message).to.equal(
      '/secrets/admin-password cannot be read: the password of admin belongs there',
    );
    expect(fake.requests).to.deep.equal(['GET /api/health']);
    const again = await read({ password: { text: undefined, changedAt: 0 }, previous: answer, now: NOW + MINUTE });
    expect(again).to.deep.equal(answer);
  });

  it('is told over the new certificate once its files changed, and over the old one while they do not fit', async () => {
    writeFileSync(place('tls.key'), 'no key');
    writeFileSync(place('tls.crt'), 'no certificate');
    expect(await read()).to.include({ isDatabaseWell: true });
    // Only the operator's trust tells the new one from the old one.
    authority = await makeAuthority('lab');
    await renew();
    await eventually(async () => expect(await read()).to.include({ isDatabaseWell: true }));
  });

  it('is read by a fake that reloads its provisioning for the administrator only, as the real one does', async () => {
    const path = '/api/admin/provisioning/datasources/reload';
    const authorization = `Basic ${Buffer.from('admin:right').toString('base64')}`;
    expect(await ask({ path, method: 'POST' })).to.include({ status: 401 });
    expect(await ask({ path, method: 'POST', headers: { authorization } })).to.deep.equal({
      status: 200,
      body: '{"message":"Datasources config reloaded"}',
    });
    fake.state.provision = () => {
      throw new Error('a file cannot be read');
    };
    expect(await ask({ path, method: 'POST', headers: { authorization } })).to.include({ status: 500 });
  });

  it('is nothing where something else answers', async () => {
    const html: AskService = () => Promise.resolve({ status: 200, body: '<html>' });
    const error: unknown = await readGrafana(html, spec, { password: right, previous: undefined, now: NOW }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ServiceError);
    expect(error).to.include({ kind: 'refused' });
  });

  it('is read whatever comes back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(200, 400, 401, 403, 404, 500, 503), fc.oneof(fc.json(), fc.string())), {
          minLength: 1,
        }),
        async (answers) => {
          let index = 0;
          const wild: AskService = () => {
            const [status, body] = answers[index++ % answers.length] ?? [500, ''];
            return Promise.resolve({ status, body });
          };
          try {
            const answer = await readGrafana(wild, spec, { password: right, previous: undefined, now: NOW });
            expect(answer).to.include.keys('version', 'isDatabaseWell', 'failingDatasources', 'missingDashboards');
          } catch (error) {
            expect(error).to.be.instanceOf(ServiceError);
          }
        },
      ),
    );
  });
});

describe('the words of a data source', () => {
  it('are told in one line, shortened, and without a password', () => {
    const said = `Get "https://prometheus:hunter2@prometheus.lab":\n  ${'x'.repeat(1000)}`;
    const told = explainDatasource(said, 'grafana');
    expect(told).not.to.contain('hunter2').and.not.to.contain('\n');
    expect(told.length).to.be.below(400);
  });
});
