import { expect } from 'chai';
import type { GrafanaAnswer, ObservedGrafana, ServiceFailure } from '../../../src/model/observed-services.ts';
import { grafanaConditions } from '../../../src/plan/service/grafana-conditions.ts';

const NOW = Date.UTC(2026, 10, 28);
const LONG_AGO = NOW - 3_600_000;

function said(answer: Partial<GrafanaAnswer>): ObservedGrafana {
  const well = { version: '12.4.10', isDatabaseWell: true, failingDatasources: [], missingDashboards: [] };
  return { type: 'grafana', at: NOW, answeredAt: NOW, answer: { ...well, ...answer } };
}

function failed(kind: ServiceFailure['kind'], since = LONG_AGO): ObservedGrafana {
  return { type: 'grafana', at: NOW, failure: { kind, message: 'it was said so', since } };
}

function told(found: ObservedGrafana | undefined): string[] {
  return grafanaConditions(found, NOW).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

describe('the conditions of a Grafana', () => {
  it('are none while nothing is wrong, or nothing is known', () => {
    expect(told(undefined)).to.deep.equal([]);
    expect(told(said({}))).to.deep.equal([]);
  });

  it('say what is wrong with it, each with its own reason', () => {
    const fault = (uid: string, message: string) => ({ uid, message, since: LONG_AGO });
    expect(
      told(
        said({
          failingDatasources: [fault('prometheus', 'connection refused')],
          missingDashboards: ['a', 'b', 'c', 'd', 'e'].map((uid) => fault(uid, 'it is not there')),
          homeFailure: 'Failed to load home dashboard',
        }),
      ),
    ).to.deep.equal([
      'Degraded DataSourceFailing: data source prometheus: connection refused',
      'Degraded DashboardMissing: dashboard a, b, c and 2 more: it is not there',
      'Degraded HomeMissing: its home dashboard cannot be shown: Failed to load home dashboard',
    ]);
    expect(told(said({ isDatabaseWell: false }))[0]).to.match(/^Degraded DatabaseFailing: /);
    const refusal = { message: 'the password is wrong', at: NOW, passwordChangedAt: 1 };
    expect(told(said({ refusal }))).to.deep.equal(['Degraded LoginRefused: the password is wrong']);
  });

  it('leave it time to find what was just written', () => {
    const fresh = { uid: 'zones', message: 'it is not there', since: NOW - 60_000 };
    expect(told(said({ missingDashboards: [fresh], failingDatasources: [fresh] }))).to.deep.equal([]);
    expect(told(failed('unreachable', NOW - 60_000))).to.deep.equal([]);
  });

  it('say why it cannot be asked, unless its container tells that itself', () => {
    expect(told(failed('not-running'))).to.deep.equal([]);
    expect(told(failed('unreachable'))).to.deep.equal(['Degraded NotServing: it was said so']);
    expect(told(failed('certificate'))).to.deep.equal([
      'Degraded CertificateFailing: it was said so; bastion certs shows who serves what',
    ]);
  });
});
