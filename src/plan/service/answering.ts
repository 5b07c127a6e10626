import type { Asked, ServiceFailure } from '../../model/observed-services.ts';
import { trouble, verdict, waitsFor, type Verdict } from './verdict.ts';

/** A service that answered before may miss a few questions. */
const GRACE_MILLISECONDS = 45_000;
const STARTING_MILLISECONDS = 120_000;
/** It says itself that it is on its way: reading back hours of samples takes minutes. */
const LOADING_MILLISECONDS = 900_000;

/** Whether a service answers, and its answer if that counts. */
export interface Answering<Answer> {
  readonly verdict: Verdict;
  /** Absent: nothing is known of it now. */
  readonly answer?: Answer;
}

/**
 * @param name of the container, for `docker logs`; undefined: not ours
 * @param found undefined: not asked yet
 * @param now milliseconds since the epoch
 */
export function answering<Answer>(
  found: Asked<Answer> | undefined,
  name: string | undefined,
  now: number,
): Answering<Answer> {
  const { answer, failure } = found ?? {};
  if (failure === undefined || failure.kind === 'not-running')
    return answer === undefined || failure !== undefined
      ? { verdict: waitsFor('Asking', 'is asked what it says of itself') }
      : { verdict: verdict(), answer };
  const patience =
    failure.kind === 'starting'
      ? LOADING_MILLISECONDS
      : answer === undefined
        ? STARTING_MILLISECONDS
        : GRACE_MILLISECONDS;
  const until = Math.min(failure.since, now) + patience;
  if (until > now) {
    if (answer !== undefined) return { verdict: verdict({ wakeAt: until }), answer };
    return { verdict: waitsFor('Starting', `does not answer yet: ${failure.message}`, until) };
  }
  const message = `it does not answer: ${failure.message}; ${advice(failure, name)}`;
  return { verdict: trouble(REASONS[failure.kind], message, { isServing: false }) };
}

const REASONS = {
  certificate: 'CertificateRefused',
  unreachable: 'ServiceUnreachable',
  refused: 'ServiceRefuses',
  starting: 'ServiceStarting',
} as const satisfies Record<Exclude<ServiceFailure['kind'], 'not-running'>, string>;

function advice({ kind }: ServiceFailure, name: string | undefined): string {
  const log = name === undefined ? 'see its log' : `see: docker logs ${name}`;
  return kind === 'certificate' ? 'see what it serves, and whom it trusts, with: bastion certs' : log;
}
