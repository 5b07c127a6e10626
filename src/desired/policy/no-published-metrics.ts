import { Field } from '../field.ts';
import { readPorts } from '../normalise/ports.ts';
import { violation, type Rule } from './rule.ts';

/** Metrics are for the inside only: a port that serves them is reached through a Docker network, never through the host. */
export const noPublishedMetrics: Rule = {
  name: 'no-published-metrics',
  exceptions: true,
  check(draft, bastion) {
    if (draft.kind !== 'Container') return [];
    const exposed = draft.spec.network_mode === 'host' ? (draft.spec.expose ?? []) : [];
    const open = exposed.flatMap((text) => {
      const port = bastion.metricsPorts.find((each) => each === Number.parseInt(text, 10));
      if (port === undefined) return [];
      return violation(
        `metrics port ${port} must not be published, and network_mode: host publishes it: use a network`,
        'spec',
        'expose',
      );
    });
    const published = (draft.written.ports ?? []).flatMap((entry, position) => {
      const port = readPorts([entry], new Field([], [])).find(({ target }) => bastion.metricsPorts.includes(target));
      if (port === undefined) return [];
      return violation(`metrics port ${port.target} must not be published`, 'spec', 'ports', position);
    });
    return [...open, ...published];
  },
};
