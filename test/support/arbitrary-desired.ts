import fc from 'fast-check';
import type { Key } from '../../src/model/key.ts';
import type { DesiredState, Resource } from '../../src/model/resource.ts';
import type { ContainerSpec, NetworkAttachment } from '../../src/model/specs.ts';
import { container, desiredState, gate, image, network, volume } from './planning.ts';

/** Images of the simulated engine: two that run, one that ends well, and three that are no good in three ways. */
export const GOOD_IMAGES = ['good:1', 'good:2'] as const;
export const JOB_IMAGE = 'job:1';
/** Exits at once, never becomes healthy, cannot be started. */
export const BAD_IMAGES = ['exits:1', 'sick:1', 'broken:1'] as const;
/** Only in the registry until it is pulled. */
export const PULLED_IMAGE = 'pulled:1';

export const CONTAINER_NAMES = ['app', 'db', 'web'] as const;
export const NETWORK_NAMES = ['back', 'front'] as const;
export const VOLUME_NAMES = ['data', 'logs'] as const;
export const GATE_NAMES = ['first', 'second', 'third'] as const;

const SLOTS: readonly Key[] = [
  ...CONTAINER_NAMES.map((name): Key => `Container/${name}`),
  ...NETWORK_NAMES.map((name): Key => `Network/${name}`),
  ...VOLUME_NAMES.map((name): Key => `Volume/${name}`),
  ...GATE_NAMES.map((name): Key => `Gate/${name}`),
  `Image/${GOOD_IMAGES[0]}`,
  `Image/${PULLED_IMAGE}`,
];

interface ContainerWish {
  readonly image: string;
  readonly networks: readonly string[];
  readonly alias: boolean;
  readonly volumes: readonly string[];
  readonly memory: number | undefined;
  readonly restart: 'no' | 'always' | 'unless-stopped' | undefined;
  readonly value: string | undefined;
  readonly checked: boolean;
  readonly published: boolean;
  readonly adopt: boolean;
}

const MEGABYTE = 1024 * 1024;
const SECOND = 1e9;

const containerWish: fc.Arbitrary<ContainerWish> = fc.record({
  image: fc.oneof(
    { weight: 7, arbitrary: fc.constantFrom(...GOOD_IMAGES) },
    { weight: 2, arbitrary: fc.constantFrom(...BAD_IMAGES) },
    { weight: 1, arbitrary: fc.constantFrom(JOB_IMAGE, PULLED_IMAGE) },
  ),
  networks: fc.subarray([...NETWORK_NAMES]),
  alias: fc.boolean(),
  volumes: fc.subarray([...VOLUME_NAMES]),
  memory: fc.constantFrom(undefined, 64 * MEGABYTE, 128 * MEGABYTE),
  restart: fc.constantFrom(undefined, 'no', 'always', 'unless-stopped'),
  value: fc.constantFrom(undefined, '1', '2'),
  checked: fc.boolean(),
  published: fc.boolean(),
  adopt: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
});

const slot = fc.record({
  container: containerWish,
  /** Slots that it depends on, as far as they come earlier. */
  after: fc.subarray([...SLOTS], { maxLength: 3 }),
  /** Changes the spec of a network or a volume. */
  flag: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
  adopt: fc.boolean(),
  revalidate: fc.boolean(),
});
type Slot = typeof slot extends fc.Arbitrary<infer T> ? T : never;

/**
 * Desired states of up to three containers with networks, volumes, images and chains of gates, normalised and acyclic.
 * Most are complete; a few are empty.
 */
export const arbitraryDesired: fc.Arbitrary<DesiredState> = fc
  .record({
    order: fc.oneof(
      { weight: 9, arbitrary: fc.shuffledSubarray([...SLOTS], { minLength: 3 }) },
      { weight: 1, arbitrary: fc.shuffledSubarray([...SLOTS]) },
    ),
    slots: fc.array(slot, { minLength: SLOTS.length, maxLength: SLOTS.length }),
    complete: fc.integer({ min: 0, max: 6 }).map((draw) => draw !== 0),
  })
  .map(({ order, slots, complete }) => {
    const earlier: Key[] = [];
    const resources: Resource[] = [];
    for (const [index, key] of order.entries()) {
      const wish = slots[index];
      if (wish === undefined) continue;
      resources.push(resourceOf(key, wish, [...earlier]));
      earlier.push(key);
    }
    return desiredState(resources, { complete });
  });

function resourceOf(key: Key, wish: Slot, earlier: readonly Key[]): Resource {
  const [kind = '', name = ''] = key.split(/\/(.*)/);
  const after = wish.after.filter((other) => earlier.includes(other));
  switch (kind) {
    case 'Network':
      return network(name, { ...(wish.flag ? { internal: true } : {}), adopt: wish.adopt }, gatesOf(after));
    case 'Volume':
      return volume(name, { ...(wish.flag ? { labels: { tier: 'fast' } } : {}), adopt: wish.adopt });
    case 'Image':
      return image(name);
    case 'Gate':
      return gate(name, after, { revalidate: wish.revalidate ? 'onChange' : 'never' });
    default: {
      const spec = containerSpec(name, wish.container, earlier);
      return container(name, spec, [...new Set([...after, ...inferred(spec, earlier)])]);
    }
  }
}

function gatesOf(keys: readonly Key[]): Key[] {
  return keys.filter((key) => key.startsWith('Gate/'));
}

function containerSpec(name: string, wish: ContainerWish, earlier: readonly Key[]): Partial<ContainerSpec> {
  const networks = wish.networks.filter((other) => earlier.includes(`Network/${other}`));
  const volumes = wish.volumes.filter((other) => earlier.includes(`Volume/${other}`));
  const attachment: NetworkAttachment = { aliases: wish.alias ? [`${name}-alias`] : [] };
  const isHere = wish.image !== PULLED_IMAGE || earlier.includes(`Image/${PULLED_IMAGE}`);
  return {
    image: isHere ? wish.image : GOOD_IMAGES[0],
    adopt: wish.adopt,
    healthyWithin: 20_000,
    ...(wish.image === JOB_IMAGE ? { runPolicy: 'once' } : {}),
    ...(networks.length > 0 ? { networks: Object.fromEntries(networks.map((other) => [other, attachment])) } : {}),
    ...(volumes.length > 0
      ? {
          volumes: volumes.map(
            (source) => ({ type: 'volume', source, target: `/${source}`, read_only: false }) as const,
          ),
        }
      : {}),
    ...(wish.memory === undefined ? {} : { mem_limit: wish.memory }),
    ...(wish.restart === undefined || wish.image === JOB_IMAGE ? {} : { restart: { policy: wish.restart } }),
    ...(wish.value === undefined ? {} : { environment: { VALUE: wish.value } }),
    ...(wish.checked || wish.image === 'sick:1'
      ? { healthcheck: { test: ['CMD', 'true'], interval: 2 * SECOND, timeout: SECOND, retries: 2 } }
      : {}),
    ...(wish.published
      ? {
          ports: [{ target: 80, protocol: 'tcp' as const, host_ip: '127.0.0.1', published: 8000 + name.charCodeAt(0) }],
        }
      : {}),
  };
}

function inferred(spec: Partial<ContainerSpec>, earlier: readonly Key[]): Key[] {
  const named: Key[] = [
    `Image/${spec.image ?? ''}`,
    ...Object.keys(spec.networks ?? {}).map((name): Key => `Network/${name}`),
    ...(spec.volumes ?? []).map((mount): Key => `Volume/${mount.source ?? ''}`),
  ];
  return named.filter((key) => earlier.includes(key));
}
