import type { GrafanaAnswer, GrafanaFault, ObservedGrafana } from '../../model/observed-services.ts';
import { degraded, type ConditionDraft } from '../draft.ts';

/** So long what was just written or started may be missing: Grafana looks for dashboards every 30 s. */
const SETTLING = 90_000;
const NAMED = 3;

/**
 * What is wrong with a running Grafana, by what it said of itself; none where nothing is, or nothing is known. That its
 * container does not run is the container's to tell.
 *
 * @param now milliseconds since the epoch
 */
export function grafanaConditions(found: ObservedGrafana | undefined, now: number): ConditionDraft[] {
  if (found === undefined) return [];
  const { failure, answer } = found;
  if (failure !== undefined) {
    if (failure.kind === 'not-running' || now - failure.since < SETTLING) return [];
    return failure.kind === 'certificate'
      ? [degraded('CertificateFailing', `${failure.message}; bastion certs shows who serves what`)]
      : [degraded('NotServing', failure.message)];
  }
  return answer === undefined ? [] : ofAnswer(answer, now);
}

function ofAnswer(answer: GrafanaAnswer, now: number): ConditionDraft[] {
  if (!answer.isDatabaseWell)
    return [degraded('DatabaseFailing', 'it runs, but its database does not answer: docker logs tells why')];
  if (answer.refusal !== undefined) return [degraded('LoginRefused', answer.refusal.message)];
  const lasting = (faults: readonly GrafanaFault[]): readonly GrafanaFault[] =>
    faults.filter(({ since }) => now - since >= SETTLING);
  return [
    ...faultCondition('DataSourceFailing', 'data source', lasting(answer.failingDatasources)),
    ...faultCondition('DashboardMissing', 'dashboard', lasting(answer.missingDashboards)),
    ...(answer.homeFailure === undefined
      ? []
      : [degraded('HomeMissing', `its home dashboard cannot be shown: ${answer.homeFailure}`)]),
  ];
}

/** Faults with one message are told together. */
function faultCondition(reason: string, what: string, faults: readonly GrafanaFault[]): ConditionDraft[] {
  const byMessage = new Map<string, string[]>();
  for (const { uid, message } of faults) byMessage.set(message, [...(byMessage.get(message) ?? []), uid]);
  const told = [...byMessage].map(([message, uids]) => `${what} ${listed(uids)}: ${message}`);
  return told.length === 0 ? [] : [degraded(reason, told.join('; '))];
}

function listed(uids: readonly string[]): string {
  const more = uids.length - NAMED;
  return uids.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
