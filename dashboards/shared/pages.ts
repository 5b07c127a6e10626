import { UIDS } from './names.ts';
import type { Link } from './panel.ts';

/** The rest of a link, with the time that is looked at. */
const TIME = '${__url_time_range}';

/** To the dashboard about a client, out of a field (`${__data.fields.client}`) or a label of a series. */
export function toClient(value: string): Link {
  return { title: 'About this client', url: `/d/${UIDS.zones}?var-client=${value}&${TIME}` };
}

export function toZone(value: string): Link {
  return { title: 'About this zone', url: `/d/${UIDS.zones}?var-zone=${value}&${TIME}` };
}

/** A service goes by its name without the provider; a field may have it, so it is cut off by the variable's own list. */
export function toService(value: string): Link {
  return { title: 'About this service', url: `/d/${UIDS.services}?var-service=${value}&${TIME}` };
}

export function toDomains(value: string): Link {
  return { title: 'What it asks for', url: `/d/${UIDS.domains}?var-client=${value}&${TIME}` };
}

export const ofField = (name: string): string => `\${__data.fields.${name}}`;
export const ofSeries = (label: string): string => `\${__field.labels.${label}}`;
