import fc from 'fast-check';
import type { EngineErrorCode } from '../../src/engine/errors.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import {
  arbitraryDesired,
  CONTAINER_NAMES,
  GATE_NAMES,
  GOOD_IMAGES,
  NETWORK_NAMES,
  VOLUME_NAMES,
} from './arbitrary-desired.ts';

/** What becomes of the state directory when the operator dies: all of it, what had reached the disk, nothing. */
export type Survival = 'kept' | 'flushed' | 'lost';

/** Something that happens to the simulated machine. Numbers choose among what is there, modulo its count. */
export type WorldEvent =
  | { readonly type: 'want'; readonly desired: DesiredState }
  | { readonly type: 'outside'; readonly act: OutsideAct; readonly which: number }
  | { readonly type: 'foreign'; readonly kind: 'Container' | 'Network' | 'Volume'; readonly name: string }
  | {
      readonly type: 'plant';
      readonly name: string;
      readonly suffix: '' | '.next' | '.old-0123456789ab' | '-copy';
      readonly hash: 'wanted' | 'other';
      /** Another container that the label says it replaces; undefined: none. */
      readonly replaces: number | undefined;
      readonly run: boolean;
    }
  | { readonly type: 'touch' | 'close'; readonly gate: string }
  | { readonly type: 'consent' }
  | { readonly type: 'hold'; readonly name: string }
  | { readonly type: 'release' }
  | {
      readonly type: 'fault';
      /** How many mutating calls go well before. */
      readonly skip: number;
      readonly phase: 'before' | 'after';
      readonly code: EngineErrorCode;
    }
  | { readonly type: 'down' | 'up' | 'deaf' }
  | { readonly type: 'crash'; readonly atCall: number; readonly survival: Survival }
  | { readonly type: 'time'; readonly milliseconds: number };

const OUTSIDE_ACTS = [
  'remove',
  'stop',
  'kill',
  'pause',
  'unpause',
  'start',
  'restart',
  'rename',
  'update',
  'recreate',
  'disconnect',
  'connect',
  'remove network',
  'remove volume',
] as const;
export type OutsideAct = (typeof OUTSIDE_ACTS)[number];

const containerName = fc.constantFrom(...CONTAINER_NAMES);
const which = fc.nat(7);

const outside: fc.Arbitrary<WorldEvent> = fc.record({
  type: fc.constant('outside' as const),
  act: fc.constantFrom(...OUTSIDE_ACTS),
  which,
});

const foreign: fc.Arbitrary<WorldEvent> = fc.oneof(
  fc.record({
    type: fc.constant('foreign' as const),
    kind: fc.constant('Container' as const),
    name: fc.constantFrom(...CONTAINER_NAMES, 'stranger'),
  }),
  fc.record({
    type: fc.constant('foreign' as const),
    kind: fc.constant('Network' as const),
    name: fc.constantFrom(...NETWORK_NAMES, 'strange'),
  }),
  fc.record({
    type: fc.constant('foreign' as const),
    kind: fc.constant('Volume' as const),
    name: fc.constantFrom(...VOLUME_NAMES, 'stray'),
  }),
);

const plant: fc.Arbitrary<WorldEvent> = fc.record({
  type: fc.constant('plant' as const),
  name: fc.constantFrom(...CONTAINER_NAMES, 'orphan'),
  suffix: fc.constantFrom('', '.next', '.old-0123456789ab', '-copy'),
  hash: fc.constantFrom('wanted', 'other'),
  replaces: fc.option(which, { nil: undefined }),
  run: fc.boolean(),
});

const human: fc.Arbitrary<WorldEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('touch' as const), gate: fc.constantFrom(...GATE_NAMES) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), gate: fc.constantFrom(...GATE_NAMES) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('consent' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('hold' as const),
      name: fc.oneof(
        fc.constant('all'),
        containerName.map((name) => `Container.${name}`),
        fc.constantFrom(...NETWORK_NAMES).map((name) => `Network.${name}`),
        fc.constantFrom(...VOLUME_NAMES).map((name) => `Volume.${name}`),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('release' as const) }) },
);

const trouble: fc.Arbitrary<WorldEvent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('fault' as const),
      skip: fc.nat(6),
      phase: fc.constantFrom('before', 'after'),
      code: fc.constantFrom(
        'ENGINE_FAULT',
        'ENGINE_DEADLINE',
        'ENGINE_GARBAGE',
        'ENGINE_UNREACHABLE',
        'ENGINE_CONFLICT',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('down', 'up', 'deaf') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('crash' as const),
      atCall: fc.nat(30),
      survival: fc.constantFrom('kept', 'flushed', 'lost'),
    }),
  },
);

const time: fc.Arbitrary<WorldEvent> = fc.record({
  type: fc.constant('time' as const),
  milliseconds: fc.constantFrom(100, 1_000, 3_500, 10_000, 30_000, 61_000, 400_000, 3_700_000),
});

const want: fc.Arbitrary<WorldEvent> = arbitraryDesired.map((desired) => ({ type: 'want', desired }));

/** A life of the machine: what is there before the operator first comes, what is wanted, and what happens then. */
export const arbitraryHistory: fc.Arbitrary<WorldEvent[]> = fc
  .tuple(
    fc.array(fc.oneof(foreign, plant), { maxLength: 3 }),
    want,
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: want },
        { weight: 5, arbitrary: outside },
        { weight: 1, arbitrary: foreign },
        { weight: 1, arbitrary: plant },
        { weight: 5, arbitrary: human },
        { weight: 3, arbitrary: trouble },
        { weight: 6, arbitrary: time },
      ),
      { maxLength: 24 },
    ),
  )
  .map(([before, first, after]) => [...before, first, ...after]);

/** One event in a line, for people. */
export function describeEvent(event: WorldEvent): string {
  if (event.type !== 'want') return JSON.stringify(event);
  const { complete, resources } = event.desired;
  const lines = resources.map(({ key, dependsOn, spec }) => {
    const shown = key.startsWith('Container/') || key.startsWith('Gate/') ? JSON.stringify(spec) : '';
    return `    ${key} after [${dependsOn.join(' ')}] ${shown}`;
  });
  return [`want (complete: ${complete})`, ...lines].join('\n');
}

export { GOOD_IMAGES };
