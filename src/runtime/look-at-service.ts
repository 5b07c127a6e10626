import type { EngineReader } from '../engine/port.ts';
import type { Key } from '../model/key.ts';
import type {
  Asked,
  GrafanaAnswer,
  ObservedMemory,
  ObservedPrometheus,
  ObservedService,
  PrometheusAnswer,
  TraefikAnswer,
} from '../model/observed-services.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { AskService } from '../observe/services/ask.ts';
import { DiskReader } from '../observe/services/disk.ts';
import { readAdminPassword } from '../observe/services/admin-password.ts';
import { readGrafana } from '../observe/services/grafana.ts';
import { readPrometheus } from '../observe/services/prometheus.ts';
import { ServiceError } from '../observe/services/service-error.ts';
import { readTraefik } from '../observe/services/traefik.ts';
import { addReading, readingWindow } from '../plan/pressure/add-reading.ts';
import type { WantedService } from '../plan/service/wanted-services.ts';
import type { ReachService } from './ask-service.ts';
import type { Clock } from './clock.ts';
import type { LookAtService } from './service-checks.ts';

type Spec<T extends ServiceSpec['type']> = Extract<ServiceSpec, { type: T }>;

export interface LookParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly engine: Pick<EngineReader, 'containerMemory'>;
  readonly reach: ReachService;
}

/** How the services of the stack are looked at: asked over mutual TLS; of a Prometheus also its memory and disk. */
export function createLookAtService(parts: LookParts): LookAtService {
  const disks = new Map<Key, DiskReader>();
  const diskOf = (key: Key): DiskReader => {
    const disk = disks.get(key) ?? new DiskReader();
    disks.set(key, disk);
    return disk;
  };
  return async (wanted, found) => {
    // Of another life of the container, or of another kind, nothing counts that was said.
    const previous = found?.type === wanted.spec.type ? found : undefined;
    switch (wanted.spec.type) {
      case 'prometheus':
        return lookAtPrometheus(wanted, wanted.spec, previous, diskOf(wanted.key), parts);
      case 'grafana': {
        const { spec } = wanted;
        const asked = await inquire<GrafanaAnswer>(wanted, previous, parts, async (ask, before) =>
          readGrafana(ask, spec, {
            password: await readAdminPassword(spec.adminPassword),
            previous: before,
            now: parts.clock.now(),
          }),
        );
        return { type: 'grafana', ...asked };
      }
      case 'traefik':
        return { type: 'traefik', ...(await inquire<TraefikAnswer>(wanted, previous, parts, readTraefik)) };
    }
  };
}

async function lookAtPrometheus(
  wanted: WantedService,
  spec: Spec<'prometheus'>,
  found: ObservedService | undefined,
  reader: DiskReader,
  parts: LookParts,
): Promise<ObservedPrometheus> {
  const previous = found?.type === 'prometheus' ? found : undefined;
  const [asked, memory, disk] = await Promise.all([
    inquire<PrometheusAnswer>(wanted, previous, parts, (ask, before) =>
      readPrometheus(ask, spec.targets, before, parts.clock.now()),
    ),
    memoryOf(wanted, parts),
    reader.read(spec.dataDirectory, parts.clock.now()).catch(() => undefined),
  ]);
  const { memoryReadings = [], diskReadings = [] } = previous ?? {};
  const at = asked.at;
  return {
    type: 'prometheus',
    ...asked,
    ...(memory && { memory }),
    ...(disk && { disk }),
    memoryReadings: memory
      ? addReading(memoryReadings, { at, ratio: memory.used / memory.limit }, readingWindow(spec.memoryPressure))
      : memoryReadings,
    diskReadings:
      disk && disk.total > 0
        ? addReading(diskReadings, { at, ratio: 1 - disk.available / disk.total }, readingWindow(spec.diskPressure))
        : diskReadings,
  };
}

function memoryOf({ container }: WantedService, { engine }: LookParts): Promise<ObservedMemory | undefined> {
  // Without numbers the loop stays where it is; that the engine does not answer is told elsewhere.
  return container === undefined
    ? Promise.resolve(undefined)
    : engine.containerMemory(container.id).catch(() => undefined);
}

/** One inquiry; what fails leaves what was said before, of the same life of the same container. */
async function inquire<Answer>(
  wanted: WantedService,
  found: Asked<unknown> | undefined,
  { clock, reach }: LookParts,
  read: (ask: AskService, previous: Answer | undefined) => Promise<Answer>,
): Promise<Asked<Answer>> {
  const { container } = wanted;
  const isSameLife = found?.container === container?.id && found?.containerStartedAt === container?.startedAt;
  const before = isSameLife ? (found as Asked<Answer> | undefined) : undefined;
  const life = container && { container: container.id, containerStartedAt: container.startedAt };
  try {
    const answer = await read(await reach(wanted), before?.answer);
    const at = clock.now();
    return { at, ...life, answer, answeredAt: at };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const at = clock.now();
    const { kind, message } = error;
    const failure = { kind, message, since: Math.min(at, before?.failure?.since ?? at) };
    const { answer, answeredAt } = before ?? {};
    return { at, ...life, ...(answer && { answer }), ...(answeredAt !== undefined && { answeredAt }), failure };
  }
}
