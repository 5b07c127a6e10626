import type { ObservedPrometheus, ObservedService, Reading } from '../model/observed-services.ts';
import { scrapeErrorKind } from '../plan/scrape/scrape-error.ts';
import type { WantedService } from '../plan/service/wanted-services.ts';

/**
 * What planners and people care for, as text: not when, not in which words, and of readings only between which steps of
 * the loops they lie. Two that are equal are no reason to plan again.
 */
export function serviceEssence(found: ObservedService, thresholds: WantedService['thresholds']): string {
  const { type, container, failure } = found;
  const common = [type, container, failure?.kind];
  switch (found.type) {
    case 'prometheus':
      return JSON.stringify([...common, ofPrometheus(found, thresholds)]);
    case 'grafana':
    case 'traefik':
      return JSON.stringify([...common, found.answer]);
  }
}

function ofPrometheus(found: ObservedPrometheus, thresholds: WantedService['thresholds']): unknown[] {
  const { answer, disk } = found;
  return [
    answer === undefined
      ? undefined
      : [
          answer.version,
          answer.isConfigLoaded,
          answer.lowestTimestamp,
          answer.storageFailures,
          answer.targetCount,
          answer.targets.map(({ job, instance, address, health, lastError }) => [
            job,
            instance,
            address,
            health,
            health === 'down' ? scrapeErrorKind(lastError) : '',
          ]),
        ],
    band(found.memoryReadings, thresholds.memory),
    band(found.diskReadings, thresholds.disk),
    disk?.snapshots,
    disk?.blocks.map(({ name }) => name),
  ];
}

/** How many of the thresholds the last reading has reached, on either side. */
function band(readings: readonly Reading[], thresholds: readonly number[]): string {
  const last = readings.at(-1);
  if (last === undefined) return 'unknown';
  const reached = thresholds.filter((threshold) => last.ratio >= threshold).length;
  const isOn = thresholds.some((threshold) => last.ratio === threshold);
  return `${reached}${isOn ? ' exactly' : ''}`;
}
