import type { GrafanaAnswer, GrafanaFault, GrafanaRefusal } from '../../model/observed-services.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import type { AskService, ServiceResponse } from './ask.ts';
import { explainDatasource, explainRefusal, oneLine } from './grafana-words.ts';
import { isObject, textOf, type JsonObject } from './json-value.ts';
import { ServiceError } from './service-error.ts';

type GrafanaSpec = Extract<ServiceSpec, { type: 'grafana' }>;

/** The administrator's password as it was read just now. */
export interface AdminPassword {
  /** Undefined: it could not be read. */
  readonly text: string | undefined;
  /** Milliseconds since the epoch of the last change of its file; 0 when it could not be read. */
  readonly changedAt: number;
}

export interface GrafanaLook {
  readonly password: AdminPassword;
  /** What it said before. */
  readonly previous: GrafanaAnswer | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * A password that was refused is not tried again before the file changed or so long passed: Grafana lets nobody in as a
 * user, with the right password neither, for five minutes after five wrong ones.
 */
const HELD_BACK = 20 * 60_000;
/** Dashboards that are asked for one by one when the list has them not. */
const MOST_ASKED = 50;
const LIST = '/api/search?type=dash-db&limit=5000';

/**
 * What a Grafana says of itself: its health, and as its administrator whether data sources answer and dashboards are there.
 *
 * @throws ServiceError
 */
export async function readGrafana(ask: AskService, spec: GrafanaSpec, look: GrafanaLook): Promise<GrafanaAnswer> {
  const health = await readHealth(ask);
  const nothing = { ...health, failingDatasources: [], missingDashboards: [] };
  if (!health.isDatabaseWell) return nothing;
  const held = heldBack(spec, look);
  if (held !== undefined) return { ...nothing, refusal: held };
  const { password, now } = look;
  const headers = { authorization: `Basic ${Buffer.from(`${spec.adminUser}:${password.text}`).toString('base64')}` };
  const asAdmin = (path: string): Promise<ServiceResponse> => ask({ path, headers });
  const listed = await asAdmin(LIST);
  if (listed.status === 401 || listed.status === 403) {
    const message = explainRefusal(spec.adminUser, spec.adminPassword, spec.at.container ?? 'grafana');
    return { ...nothing, refusal: { message, at: now, passwordChangedAt: password.changedAt } };
  }
  // One after another: it is not to be kept from its work by being looked at.
  const missingDashboards = await missing(asAdmin, spec, listed, look);
  const failingDatasources = await failing(asAdmin, spec, look);
  const homeFailure = await readHome(asAdmin);
  return { ...health, failingDatasources, missingDashboards, ...(homeFailure === undefined ? {} : { homeFailure }) };
}

async function readHealth(ask: AskService): Promise<Pick<GrafanaAnswer, 'version' | 'isDatabaseWell'>> {
  const { status, body } = await ask({ path: '/api/health' });
  const answer = parse(body);
  if ((status !== 200 && status !== 503) || answer === undefined)
    throw new ServiceError('refused', `GET /api/health answered with status ${status}, and not as Grafana does`);
  return { version: textOf(answer, 'version'), isDatabaseWell: status === 200 && textOf(answer, 'database') === 'ok' };
}

/** Why it is not asked as administrator now; undefined: it is. */
function heldBack(spec: GrafanaSpec, { password, previous, now }: GrafanaLook): GrafanaRefusal | undefined {
  const before = previous?.refusal;
  const isSame = before !== undefined && before.passwordChangedAt === password.changedAt;
  // A clock that was set back must not hold it back for long.
  if (isSame && Math.abs(now - before.at) < HELD_BACK) return before;
  if (password.text !== undefined) return undefined;
  const message = `${spec.adminPassword} cannot be read: the password of ${spec.adminUser} belongs there`;
  return { message, at: now, passwordChangedAt: password.changedAt };
}

async function missing(
  asAdmin: (path: string) => Promise<ServiceResponse>,
  { dashboards }: GrafanaSpec,
  listed: ServiceResponse,
  { previous, now }: GrafanaLook,
): Promise<GrafanaFault[]> {
  const list: unknown = listed.status === 200 ? parseAny(listed.body) : undefined;
  if (!Array.isArray(list))
    throw new ServiceError('refused', `GET ${LIST} answered with status ${listed.status} and no list`);
  const there = new Set(list.filter(isObject).map((entry) => textOf(entry, 'uid')));
  const absent = [...new Set(dashboards)].filter((uid) => !there.has(uid)).sort();
  const faults: GrafanaFault[] = [];
  for (const uid of absent.slice(0, MOST_ASKED)) {
    const { status, body } = await asAdmin(`/api/dashboards/uid/${encodeURIComponent(uid)}`);
    // The list comes from an index that may be behind.
    if (status === 200) continue;
    const said = oneLine(textOf(parse(body) ?? {}, 'message')) || `status ${status}`;
    const message =
      status === 404
        ? 'it is not there: Grafana looks into its directory every 30 s and logs what it cannot use (docker logs)'
        : `it cannot be read: ${said}`;
    faults.push({ uid, message, since: sinceOf(uid, previous?.missingDashboards, now) });
  }
  return faults;
}

async function failing(
  asAdmin: (path: string) => Promise<ServiceResponse>,
  { datasources, at }: GrafanaSpec,
  { previous, now }: GrafanaLook,
): Promise<GrafanaFault[]> {
  const faults: GrafanaFault[] = [];
  for (const uid of [...new Set(datasources)].sort()) {
    const { status, body } = await asAdmin(`/api/datasources/uid/${encodeURIComponent(uid)}/health`);
    const answer = parse(body) ?? {};
    if (status === 200 && textOf(answer, 'status') === 'OK') continue;
    const said = textOf(answer, 'message') || `status ${status}`;
    // Of one that is not there it says 404, or 500 and that it could not load it.
    const isAbsent = status === 404 || (status === 500 && /load data ?source/i.test(said));
    const message = isAbsent
      ? `it is not there: Grafana reads its provisioning when it starts and logs what it cannot use (docker logs)`
      : explainDatasource(said, at.container ?? 'grafana');
    faults.push({ uid, message, since: sinceOf(uid, previous?.failingDatasources, now) });
  }
  return faults;
}

/** Later versions have no such page, which is no failure. */
async function readHome(asAdmin: (path: string) => Promise<ServiceResponse>): Promise<string | undefined> {
  const { status, body } = await asAdmin('/api/dashboards/home');
  if (status === 200 || status === 404) return undefined;
  return oneLine(textOf(parse(body) ?? {}, 'message')) || `status ${status}`;
}

function sinceOf(uid: string, before: readonly GrafanaFault[] | undefined, now: number): number {
  return Math.min(now, before?.find((fault) => fault.uid === uid)?.since ?? now);
}

function parse(body: string): JsonObject | undefined {
  const value = parseAny(body);
  return isObject(value) ? value : undefined;
}

function parseAny(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
