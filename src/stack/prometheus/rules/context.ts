import type { PrometheusManifest } from '../../../model/manifest-types.ts';
import type { House } from '../../renderer.ts';

/** What thresholds and names in rules follow from. */
export interface RuleContext {
  readonly prometheus: PrometheusManifest;
  readonly house: House;
}
