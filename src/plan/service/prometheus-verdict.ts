import type { PrometheusAnswer } from '../../model/observed-services.ts';
import type { TargetSpec } from '../../model/service-spec.ts';
import type { Key } from '../../model/key.ts';
import type { PlanContext } from '../context.ts';
import { oldestSampleVerdict } from './oldest-sample.ts';
import { targetStanding, type TargetStanding } from './target-standing.ts';
import { together, trouble, verdict, waitsFor, type Verdict } from './verdict.ts';

/** Targets that are told of by name; the rest is counted. */
const NAMED = 3;

/**
 * What a Prometheus that answers says of its configuration and targets. It is Ready once every target was tried; that one
 * is down is told here and is a matter of that target, so that nothing that needs Prometheus waits for it.
 *
 * @param key of the Prometheus
 */
export function prometheusVerdict(
  key: Key,
  answer: PrometheusAnswer,
  targets: readonly TargetSpec[],
  context: PlanContext,
): Verdict {
  const standings = targets.map((spec) => ({ spec, standing: targetStanding(spec, key, answer, context) }));
  return together([
    answer.isConfigLoaded
      ? verdict()
      : trouble('ConfigNotLoaded', 'its last reload failed, so that it runs with an older configuration; see its log'),
    firstScrapes(standings),
    oldestSampleVerdict(key, answer, context.input),
    targetsDown(standings),
  ]);
}

interface Told {
  readonly spec: TargetSpec;
  readonly standing: TargetStanding;
}

function firstScrapes(standings: readonly Told[]): Verdict {
  const waiting = standings.flatMap(({ spec, standing }) =>
    standing.type === 'awaited' && standing.target.health !== 'down' ? [{ spec, until: standing.until }] : [],
  );
  if (waiting.length === 0) {
    const soon = standings.flatMap(({ standing }) => (standing.type === 'awaited' ? standing.until : []));
    return verdict({ wakeAt: soon.length === 0 ? undefined : Math.min(...soon) });
  }
  const names = listed(waiting.map(({ spec }) => place(spec)));
  return waitsFor(
    'FirstScrapes',
    `${waiting.length} of ${standings.length} targets were not scraped yet: ${names}`,
    Math.min(...waiting.map(({ until }) => until)),
  );
}

function targetsDown(standings: readonly Told[]): Verdict {
  const down = standings.flatMap(({ spec, standing }) => (standing.type === 'down' ? [{ spec, standing }] : []));
  if (down.length === 0) return verdict();
  const names = listed(down.map(({ spec, standing }) => `${place(spec)} (${shortError(standing)})`));
  const where = listed([...new Set(down.map(({ spec }) => spec.resource))]);
  return trouble(
    'TargetsDown',
    `${down.length} of ${standings.length} targets are down: ${names}; what to do is told at ${where}`,
  );
}

/** The end of Prometheus' words says most: `... connect: connection refused`. */
function shortError({ target, reason }: Extract<TargetStanding, { type: 'down' }>): string {
  if (reason === 'NotScraped') return 'not scraped';
  return target.lastError.split(': ').slice(-2).join(': ');
}

function place({ host, port }: TargetSpec): string {
  return `${host}:${port}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
