import type { TraefikAnswer } from '../../model/observed-services.ts';
import { redactText } from '../../model/redact.ts';
import type { AskService } from './ask.ts';
import { readSamples } from './exposition.ts';
import { askJson, askText, isObject, numberOf, textOf } from './json-value.ts';
import { ServiceError } from './service-error.ts';

const PROTOCOLS = ['http', 'tcp', 'udp'];
const KINDS = ['routers', 'services', 'middlewares'];
const MOST_PROBLEMS = 10;
const PROBLEM_LENGTH = 300;
const LAST_RELOAD = 'traefik_config_last_reload_success';

/**
 * What a Traefik says of itself through its API, and of its last configuration through its metrics. What has errors is
 * asked for by name only when there is some.
 *
 * @throws ServiceError
 */
export async function readTraefik(ask: AskService): Promise<TraefikAnswer> {
  const overview = await askJson(ask, '/api/overview');
  if (!isObject(overview)) throw new ServiceError('refused', 'GET /api/overview did not answer with an overview');
  const counts = PROTOCOLS.flatMap((protocol) => KINDS.map((kind) => countsOf(overview, protocol, kind)));
  const sum = (member: keyof Counts): number => counts.reduce((total, count) => total + count[member], 0);
  const faulty = counts.filter(({ errors }) => errors > 0);
  const problems = await Promise.all(faulty.map((count) => problemsOf(ask, count)));
  const lastConfigTime = await readLastReload(ask);
  return {
    total: sum('total'),
    warnings: sum('warnings'),
    errors: sum('errors'),
    problems: problems.flat().sort().slice(0, MOST_PROBLEMS),
    ...(lastConfigTime === undefined ? {} : { lastConfigTime }),
  };
}

interface Counts {
  readonly total: number;
  readonly warnings: number;
  readonly errors: number;
}

type KindCounts = Counts & { readonly protocol: string; readonly kind: string };

function countsOf(overview: Readonly<Record<string, unknown>>, protocol: string, kind: string): KindCounts {
  const ofProtocol = overview[protocol];
  const counts = isObject(ofProtocol) ? ofProtocol[kind] : undefined;
  const count = (member: keyof Counts): number => (isObject(counts) ? (numberOf(counts, member) ?? 0) : 0);
  return { protocol, kind, total: count('total'), warnings: count('warnings'), errors: count('errors') };
}

/** `router memos@file: the service "memos@file" does not exist`. */
async function problemsOf(ask: AskService, { protocol, kind }: KindCounts): Promise<string[]> {
  const found = await askJson(ask, `/api/${protocol}/${kind}?status=disabled&per_page=${MOST_PROBLEMS}`);
  if (!Array.isArray(found)) return [];
  return found.filter(isObject).map((item) => {
    const errors: unknown = item['error'] ?? item['err'];
    const words = Array.isArray(errors) ? errors.join('; ') : typeof errors === 'string' ? errors : 'has an error';
    return redactText(`${kind.slice(0, -1)} ${textOf(item, 'name')}: ${words}`).slice(0, PROBLEM_LENGTH);
  });
}

/** Milliseconds since the epoch; undefined where there are no metrics. */
async function readLastReload(ask: AskService): Promise<number | undefined> {
  try {
    const page = await askText(ask, { path: '/metrics', beyondLimit: 'cut' });
    const seconds = readSamples(page, [LAST_RELOAD]).get(LAST_RELOAD);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  } catch (error) {
    // It may serve its API and keep its metrics to others.
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}
