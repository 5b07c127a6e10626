import type { Key } from '../../model/key.ts';
import { levelOf } from '../../model/levels.ts';
import type { ObservedTarget, PrometheusAnswer } from '../../model/observed-services.ts';
import type { TargetSpec } from '../../model/service-spec.ts';
import type { PlanContext } from '../context.ts';
import { mustBeLeftAlone } from '../left-alone.ts';
import { runningContainer } from '../running-container.ts';
import { findTarget } from '../scrape/find-target.ts';
import { scrapeAdvice } from '../scrape/scrape-error.ts';

/** One failed scrape may be chance: it is told after the next. */
const DOWN_MILLISECONDS = 45_000;
/** Prometheus takes up new targets within seconds, and scrapes each within its interval, which is two minutes at most. */
const NOT_SCRAPED_MILLISECONDS = 300_000;
/** Disk level from which on heavy targets are not scraped. */
const PAUSED_FROM = 3;

/** How a target stands, as its Prometheus tells. Times in milliseconds since the epoch. */
export type TargetStanding =
  /** Nobody asks for it now: a human holds it back, it is paused, or its Prometheus does not answer. */
  | { readonly type: 'unknown' | 'paused' }
  | { readonly type: 'up'; readonly target: ObservedTarget }
  /** Not scraped yet, or failed a moment ago; at `until` it is a trouble. */
  | { readonly type: 'awaited'; readonly message: string; readonly until: number; readonly target: ObservedTarget }
  | {
      readonly type: 'down';
      readonly reason: 'ScrapeFailing' | 'NotScraped';
      /** What is wrong, without what to do. */
      readonly message: string;
      readonly advice: string;
      readonly target: ObservedTarget;
    };

/** @param answer of the Prometheus; undefined: it does not answer */
export function targetStanding(
  spec: TargetSpec,
  prometheus: Key,
  answer: PrometheusAnswer | undefined,
  context: PlanContext,
): TargetStanding {
  const { memory, now } = context.input;
  if (spec.isHeavy === true && levelOf(memory.levels, prometheus, 'disk') >= PAUSED_FROM) return { type: 'paused' };
  const target = findTarget(spec, answer?.targets ?? []);
  if (target === undefined || mustBeLeftAlone(spec.resource, context)) return { type: 'unknown' };
  if (target.health === 'up') return { type: 'up', target };
  const container = spec.container === undefined ? undefined : runningContainer(spec.container, context);
  // It is written down as a target once its container is there. Prometheus must not wait for it until then: what runs in
  // that container may wait for Prometheus.
  if (target.health === 'missing' && spec.container !== undefined && container === undefined)
    return { type: 'unknown' };
  // What was seen before its container's last start says nothing of it.
  const startedAt = container?.startedAt ?? 0;
  const since = Math.min(Math.max(target.since, startedAt), now);
  const isDown = target.health === 'down';
  const until = since + (isDown ? DOWN_MILLISECONDS : NOT_SCRAPED_MILLISECONDS);
  const place = `${spec.host}:${spec.port}`;
  const message = isDown
    ? `its scrape fails (${place}): ${target.lastError}`
    : target.health === 'missing'
      ? `${prometheus} does not have it among its targets (${spec.job}, ${place})`
      : `${prometheus} has not scraped it yet (${spec.job}, ${place})`;
  if (until > now) return { type: 'awaited', message, until, target };
  return isDown
    ? { type: 'down', reason: 'ScrapeFailing', message, advice: scrapeAdvice(target.lastError, spec.host), target }
    : {
        type: 'down',
        reason: 'NotScraped',
        message,
        advice: 'see the log of Prometheus, and its page of targets',
        target,
      };
}
