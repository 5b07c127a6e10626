import type { CertificateConsumer } from '../model/certificate-specs.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import { draft, type StepDraft } from './draft.ts';
import { tlsAccess } from './tls-access.ts';

/** What makes a consumer read its files again. */
export function actionSteps(
  action: CertificateConsumer['action'],
  container: ObservedContainer | undefined,
  cause: string,
  input: Pick<PlanningInput, 'desired' | 'observed'>,
): StepDraft[] {
  if (container === undefined || action.type === 'none') return [];
  const { id } = container;
  if (action.type === 'signal') return [draft('SignalContainer', { container: id, signal: action.signal }, cause)];
  if (action.type === 'restart') return [draft('RestartContainer', { container: id }, cause)];
  const access = action.tls === undefined ? {} : { access: tlsAccess(action.tls, input) };
  return [draft('RequestContainer', { container: id, action, ...access }, cause)];
}
