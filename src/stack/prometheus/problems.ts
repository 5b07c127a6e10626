import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { editDistance } from '../../model/edit-distance.ts';
import { milliseconds } from '../quantities.ts';
import type { RenderProblem } from '../renderer.ts';
import { LONGEST_INTERVAL } from './wanted-scrape.ts';

/** What is wrong with a Prometheus that its schema cannot say. @param alerts names of the alerts that it could have */
export function prometheusProblems({ spec }: PrometheusManifest, alerts: readonly string[]): readonly RenderProblem[] {
  const problems: RenderProblem[] = [];
  const refuse = (message: string, ...path: (string | number)[]): void => {
    problems.push({ path: ['spec', ...path], message });
  };
  const { memory, disk } = spec.pressure;
  const tooLong = `is longer than ${LONGEST_INTERVAL}: a sample counts for 5m, so graphs and alerts would have holes`;
  const isTooLong = (interval: string): boolean => milliseconds(interval) > milliseconds(LONGEST_INTERVAL);
  if (isTooLong(spec.scrapeInterval)) refuse(tooLong, 'scrapeInterval');
  if (isTooLong(memory.scrapeInterval)) refuse(tooLong, 'pressure', 'memory', 'scrapeInterval');
  if (memory.low >= memory.high)
    refuse(`is not below high (${memory.high}), so the loop would go up and down`, 'pressure', 'memory', 'low');
  if (disk.recovered <= disk.warn)
    refuse(`is not above warn (${disk.warn}), so the loop would go up and down`, 'pressure', 'disk', 'recovered');
  if (disk.critical >= disk.warn) refuse(`is not below warn (${disk.warn})`, 'pressure', 'disk', 'critical');
  if (disk.emergency >= disk.critical)
    refuse(`is not below critical (${disk.critical})`, 'pressure', 'disk', 'emergency');
  for (const [position, name] of spec.rules.except.entries())
    if (!alerts.includes(name))
      refuse(`${name} is no alert of the stack${suggestion(name, alerts)}`, 'rules', 'except', position);
  return problems;
}

function suggestion(name: string, alerts: readonly string[]): string {
  const [closest] = [...alerts].sort((one, other) => editDistance(name, one) - editDistance(name, other));
  return closest === undefined || editDistance(name, closest) > name.length / 2 ? '' : `; did you mean ${closest}?`;
}
