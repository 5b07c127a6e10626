import { expect } from 'chai';
import fc from 'fast-check';
import { decide, GATHER_MILLISECONDS, NOTHING_TOLD, type News, type NotifyState } from '../../../src/notify/decide.ts';
import type { Problem, Standing } from '../../../src/notify/problem.ts';
import '../../support/same-runs.ts';

const SETTLE = 30_000;

type State = 'well' | 'unknown' | 'gone' | { stage: string; rank: number };

function problem(id: string, more: Partial<Problem> = {}): Problem {
  const told = { kind: 'degraded', stage: 'degraded', rank: 1, settle: SETTLE, priority: 4 } as const;
  return { id, title: `${id} is degraded`, message: '', subjects: [id], ...told, ...more };
}

function standing(states: Readonly<Record<string, State>>, more: Partial<Problem> = {}): Standing {
  const problems = new Map<string, Problem>();
  for (const [id, state] of Object.entries(states))
    if (typeof state === 'object') problems.set(id, problem(id, { ...more, ...state }));
  return {
    problems,
    without: (id) => {
      const state = states[id] ?? 'gone';
      return typeof state === 'object' ? 'unknown' : state;
    },
  };
}

const BAD = { stage: 'degraded', rank: 1 };
const WORSE = { stage: 'stalled', rank: 2 };

/** Decides along a history of [seconds, states], and whenever a decision asked for it; the news with their seconds. */
function play(
  history: readonly (readonly [number, Readonly<Record<string, State>>])[],
  more: Partial<Problem> = {},
  start: NotifyState = NOTHING_TOLD,
): string[] {
  let state = start;
  let wakeAt: number | undefined;
  const said: string[] = [];
  const look = (at: number, states: Readonly<Record<string, State>>): void => {
    const decision = decide(state, standing(states, more), at, SETTLE);
    ({ state, wakeAt } = decision);
    said.push(...decision.news.map((news) => `${at / 1000} ${text(news)}`));
  };
  history.forEach(([seconds, states], index) => {
    look(seconds * 1000, states);
    const until = (history[index + 1]?.[0] ?? seconds + 3600) * 1000;
    while (wakeAt !== undefined && wakeAt < until) look(wakeAt, states);
  });
  return said;
}

function text(news: News): string {
  return news.type === 'problem' ? `${news.problem.id} ${news.problem.stage}` : `${news.id} recovered`;
}

describe('what a person is told', () => {
  it('is told of a problem once, after it has stood for its time, and of its end once, after that has stood', () => {
    expect(
      play([
        [0, { web: 'well' }],
        [10, { web: BAD }],
        [20, { web: BAD }],
        [100, { web: BAD }],
        [200, { web: 'well' }],
        [210, { web: 'well' }],
      ]),
    ).to.deep.equal(['40 web degraded', '230 web recovered']);
  });

  it('is not told of what comes and goes faster', () => {
    const flaps = Array.from(
      { length: 40 },
      (_, index) => [index * 20, { web: index % 2 === 0 ? BAD : 'well' }] as const,
    );
    expect(play([...flaps, [800, { web: 'well' }]])).to.deep.equal([]);
  });

  it('is not told of an end that does not last', () => {
    expect(
      play([
        [0, { web: BAD }],
        [100, { web: 'well' }],
        [110, { web: BAD }],
        [200, { web: BAD }],
      ]),
    ).to.deep.equal(['30 web degraded']);
  });

  it('is told of what flickers between wrong and not known: a retry is no recovery', () => {
    const retries = Array.from(
      { length: 6 },
      (_, index) => [index * 10, { web: index % 2 === 0 ? BAD : 'unknown' }] as const,
    );
    expect(play([...retries, [60, { web: BAD }]])).to.deep.equal(['40 web degraded']);
    expect(
      play([
        [0, { web: BAD }],
        [60, { web: 'unknown' }],
      ]),
    ).to.deep.equal(['30 web degraded']);
  });

  it('is told when it becomes worse, and not when it becomes less bad without being over', () => {
    expect(
      play([
        [0, { web: BAD }],
        [100, { web: WORSE }],
        [200, { web: BAD }],
        [300, { web: WORSE }],
        [400, { web: 'well' }],
      ]),
    ).to.deep.equal(['30 web degraded', '130 web stalled', '430 web recovered']);
  });

  it('hears nothing of what is gone without having recovered, and may be told of it again', () => {
    expect(
      play([
        [0, { web: BAD }],
        [100, { web: 'gone' }],
        [200, { web: BAD }],
      ]),
    ).to.deep.equal(['30 web degraded', '230 web degraded']);
  });

  it('is not told that a gate was opened, by nobody but the person', () => {
    const asked = { kind: 'halted' } as const;
    expect(
      play(
        [
          [0, { gate: BAD }],
          [100, { gate: 'unknown' }],
          [150, { gate: BAD }],
          [200, { gate: 'well' }],
        ],
        asked,
      ),
    ).to.deep.equal(['30 gate degraded']);
  });

  it('gets at once what is due at nearly the same time', () => {
    expect(
      play([
        [0, { a: BAD }],
        [3, { a: BAD, b: BAD }],
        [7, { a: BAD, b: BAD, c: BAD }],
      ]),
    ).to.deep.equal(['33 a degraded', '33 b degraded', '37 c degraded']);
  });

  it('is told nothing again after a restart of the operator, and hears of the end all the same', () => {
    const first = decide(NOTHING_TOLD, standing({ web: BAD }), 0, SETTLE);
    const told = decide(first.state, standing({ web: BAD }), SETTLE, SETTLE);
    expect(told.news).to.have.lengthOf(1);
    const after: NotifyState = {
      ...NOTHING_TOLD,
      told: JSON.parse(JSON.stringify(told.state.told)) as NotifyState['told'],
    };
    expect(
      play(
        [
          [100, { web: BAD }],
          [200, { web: 'well' }],
        ],
        {},
        after,
      ),
    ).to.deep.equal(['230 web recovered']);
  });

  it('does not wait for ever when the clock is set back', () => {
    const first = decide(NOTHING_TOLD, standing({ web: BAD }), 1e9, SETTLE);
    const back = decide(first.state, standing({ web: BAD }), 0, SETTLE);
    expect(back.wakeAt).to.equal(SETTLE);
  });

  describe('for any history', () => {
    const state = fc.constantFrom<State>('well', 'unknown', 'gone', BAD, WORSE);
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.record({ a: state, b: state, c: state })), {
      minLength: 1,
      maxLength: 30,
    });

    /** Seconds from the beginning instead of from the last one. */
    function absolute(steps: readonly (readonly [number, Record<string, State>])[]): [number, Record<string, State>][] {
      let at = 0;
      return steps.map(([after, states]) => [(at += after), states]);
    }

    it('never says the same twice in a row, and a recovery only after what it ends', () => {
      fc.assert(
        fc.property(history, (steps) => {
          const last = new Map<string, string>();
          for (const said of play(absolute(steps))) {
            const [, id = '', what = ''] = said.split(' ');
            const isAllowedAgain = absolute(steps).some(([, states]) => states[id] === 'gone');
            if (!isAllowedAgain) expect(what, said).to.not.equal(last.get(id));
            if (what === 'recovered') expect(last.get(id), said).to.be.oneOf(['degraded', 'stalled']);
            last.set(id, what);
          }
        }),
        { numRuns: 200 },
      );
    });

    it('tells every problem that stands for longer than its time, once', () => {
      fc.assert(
        fc.property(history, fc.integer({ min: 36, max: 500 }), (steps, standsFor) => {
          const before: [number, Record<string, State>][] = [
            ...absolute(steps),
            [9_000, { a: 'well', b: 'well', c: 'well' }],
          ];
          const longest = (SETTLE + GATHER_MILLISECONDS) / 1000;
          const said = play([
            ...before,
            [20_000, { a: BAD, b: 'well', c: 'well' }],
            [20_000 + standsFor, { a: 'well', b: 'well', c: 'well' }],
          ]);
          const since = said.filter((each) => Number(each.split(' ')[0]) >= 20_000);
          expect(since).to.have.lengthOf(2);
          expect(since[0]).to.match(/ a degraded$/);
          expect(Number(since[0]?.split(' ')[0])).to.be.within(20_030, 20_000 + longest);
          expect(since[1]).to.match(/ a recovered$/);
        }),
        { numRuns: 200 },
      );
    });

    it('never says the same twice in a row however often the operator is started again', () => {
      const restarts = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
      fc.assert(
        fc.property(history, restarts, (steps, isRestarted) => {
          let state = NOTHING_TOLD;
          const last = new Map<string, string>();
          const gone = new Set<string>();
          absolute(steps).forEach(([seconds, states], index) => {
            for (const [id, each] of Object.entries(states)) if (each === 'gone') gone.add(id);
            if (isRestarted[index] === true) state = { ...NOTHING_TOLD, told: state.told };
            const decision = decide(state, standing(states), seconds * 1000, SETTLE);
            state = decision.state;
            for (const news of decision.news) {
              const [id = '', what = ''] = text(news).split(' ');
              if (!gone.has(id)) expect(what, id).to.not.equal(last.get(id));
              last.set(id, what);
            }
          });
        }),
        { numRuns: 200 },
      );
    });

    it('says no more when it is looked at more often', () => {
      fc.assert(
        fc.property(history, (steps) => {
          const once = absolute(steps);
          const often = once.flatMap(([at, states], index): [number, Record<string, State>][] => {
            const until = once[index + 1]?.[0] ?? at + 200;
            return Array.from({ length: until - at }, (_, second) => [at + second, states]);
          });
          expect(play(often)).to.deep.equal(play(once));
        }),
        { numRuns: 30 },
      );
    });
  });
});
