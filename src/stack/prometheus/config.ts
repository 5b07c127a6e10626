import { stringify } from 'yaml';
import { keyOf } from '../../model/key.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { header } from '../header.ts';
import { shorter } from '../quantities.ts';
import type { House } from '../renderer.ts';
import { markerOf } from './marker.ts';
import type { Effective } from './pressure.ts';
import { scrapeConfigs } from './scrape-configs.ts';
import type { Target } from './target.ts';

/** What prometheus.yml is made of. */
export interface ConfigContext {
  readonly prometheus: PrometheusManifest;
  readonly house: House;
  readonly settings: Effective;
  readonly targets: readonly Target[];
  /** Metrics that rules read. */
  readonly needed: readonly string[];
}

/** prometheus.yml, and the text in it by which a server that has loaded it is known. */
export function prometheusConfig(context: ConfigContext): { readonly text: string; readonly marker: string } {
  const marker = markerOf('config', textOf(context, ''));
  return { text: textOf(context, marker), marker };
}

/** Only keys that both 2.42 and 3.x take; retention is a flag for that reason. */
function textOf(context: ConfigContext, marker: string): string {
  const { prometheus, settings, targets } = context;
  const interval = settings.interval();
  const document = {
    global: {
      scrape_interval: interval,
      scrape_timeout: shorter(prometheus.spec.scrapeTimeout, interval),
      evaluation_interval: interval,
    },
    // With a * so that it may be there before the file is. Nothing else is put there.
    rule_files: ['rules/*.yml'],
    scrape_configs: scrapeConfigs(targets, { ...context, marker }),
  };
  return header(keyOf('Prometheus', prometheus.metadata.name)) + stringify(document, { lineWidth: 0 });
}
