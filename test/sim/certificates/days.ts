import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { isBackingOff } from '../../../src/model/backing-off.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { humanKey, type AuthorityPair } from './authority.ts';
import { damage } from './damage.ts';
import { CertificateHouse, DAY, type HouseOptions } from './house.ts';

const HOUR = 3_600_000;
/** Passes of a day, after which they count as endless. */
const PASSES = 120;
/** Of one Certificate in a day, whatever happens. */
const ISSUANCES = 8;
/** Milliseconds of a wait that the day itself waits out, and how many of them. */
const SHORT_WAIT = 10 * 60_000;
const WAITS = 5;
/** Days in a row without an end as wanted, though nothing happened that would be a reason. */
const UNSETTLED_DAYS = 12;

interface Due {
  readonly day: number;
  /** Certificate, or the authority, that cannot be as wanted until then. */
  readonly of: string;
  readonly act: () => void | Promise<void>;
}

/** How the simulated days went. */
export interface Account {
  settled: number;
  damages: number;
  rotations: number;
  crashes: number;
}

/**
 * Lives so many days in a house.
 *
 * @throws Error with what the oracle found, and what happened before
 */
export async function liveDays(options: HouseOptions, days: number): Promise<Account> {
  const house = await CertificateHouse.open(options);
  const life = new Life(house, options);
  try {
    for (let day = 0; day < days; day++) {
      await life.day(day);
      const { problems } = house.oracle;
      if (problems.length > 0)
        throw new Error(
          `${options.scenario}, seed ${options.seed}, day ${day}:\n${[...new Set(problems)].join('\n')}\n` +
            `${house.story.slice(-120).join('\n')}`,
        );
    }
    return life.account;
  } finally {
    house.close();
  }
}

class Life {
  readonly account: Account = { settled: 0, damages: 0, rotations: 0, crashes: 0 };
  readonly #house: CertificateHouse;
  readonly #options: HouseOptions;
  #due: Due[] = [];
  #unsettled = 0;
  #hasHappened = false;

  constructor(house: CertificateHouse, options: HouseOptions) {
    this.#house = house;
    this.#options = options;
  }

  async day(day: number): Promise<void> {
    const house = this.#house;
    house.tell(`--- day ${day}`);
    house.issued.clear();
    this.#hasHappened = false;
    if (day > 0) this.#moveClock();
    await this.#humanActs(day);
    if (day > 0) await this.#happen(day);
    await house.lookAtServed();
    const hurried = house.chance.happens(0.12);
    const plan = await this.#passes(hurried ? 1 + house.chance.below(3) : PASSES);
    house.oracle.trust('the day ends');
    house.oracle.dayEnds();
    for (const [key, times] of house.issued)
      if (times > ISSUANCES) house.oracle.problems.push(`${key} was issued ${times} times in a day`);
    if (plan !== undefined && !hurried) this.#judge(plan);
    await this.#sign(day);
  }

  #moveClock(): void {
    const { clock, chance, oracle } = this.#house;
    const draw = chance.next();
    if (draw < 0.9) return clock.jump(DAY + chance.below(HOUR) - HOUR / 2);
    if (draw < 0.95) return clock.jump(chance.below(HOUR));
    this.#hasHappened = true;
    oracle.isTainted = true;
    const milliseconds =
      draw < 0.97
        ? (7 + chance.below(60)) * DAY
        : draw < 0.973
          ? (300 + chance.below(900)) * DAY
          : draw < 0.985
            ? -chance.below(10 * DAY)
            : -chance.below(20 * HOUR) / 20;
    clock.jump(Math.round(milliseconds));
    this.#house.tell(`the clock jumps by ${(milliseconds / DAY).toFixed(3)} days`);
  }

  async #humanActs(day: number): Promise<void> {
    const due = this.#due.filter((one) => one.day <= day);
    this.#due = this.#due.filter((one) => one.day > day);
    for (const { of, act } of due) {
      await act();
      this.#house.tell(`the human mends ${of}`);
      this.#taint(of);
    }
    const { authority, clock, chance } = this.#house;
    const { seen } = authority;
    if (seen === undefined || authority.isDamaged) return;
    if (seen.notAfter <= clock.now() + 20 * DAY && chance.happens(0.5)) await this.#rotate('it ends soon');
    else if (seen.notBefore > clock.now() && chance.happens(0.2)) await this.#rotate('the clock was wrong');
  }

  async #happen(day: number): Promise<void> {
    const house = this.#house;
    const { chance } = house;
    if (chance.happens(this.#options.scenario === 'rotated' ? 0.04 : 0.003)) await this.#rotate('the human wants it');
    if (chance.happens(0.1)) this.#damage(day);
    if (chance.happens(0.008)) this.#damageAuthority(day);
    if (chance.happens(0.05)) this.#edit();
    if (chance.happens(0.02)) house.askRenewal(chance.pick(house.certificates).name);
    if (chance.happens(0.03) && house.consumers.all.length > 0) {
      const process = chance.pick(house.consumers.all);
      house.tell(`${process.name} is restarted`);
      house.consumers.restart(process);
    }
    if (chance.happens(0.06)) {
      this.account.crashes++;
      house.crashAt(1 + chance.below(45));
    } else if (chance.happens(0.03)) house.fillDisk(chance.below(30), 1 + chance.below(12));
  }

  async #rotate(why: string): Promise<void> {
    const house = this.#house;
    const { authority, chance } = house;
    if (authority.pair === undefined || authority.isDamaged) return;
    const pair = await authority.make(humanKey(), chance.pick(['Home Root', 'Home Root 2']), 1500 + chance.below(2000));
    this.account.rotations++;
    house.tell(`the human puts another authority there: ${why}`);
    authority.pair = pair;
    authority.putCertificate(pair);
    house.oracle.rebase();
    // A pass may come between the two files.
    if (chance.happens(0.3)) {
      authority.isDamaged = true;
      await house.pass();
      authority.isDamaged = false;
    }
    authority.putKey(pair);
    house.oracle.rebase();
    this.#hasHappened = true;
  }

  #damage(day: number): void {
    const house = this.#house;
    const { chance, clock, bundle } = house;
    const hit = chance.pick(house.certificates);
    const other = chance.pick(house.certificates);
    const done = damage({ spec: hit.spec, other: other.spec, bundle, chance, now: clock.now() });
    if (done === undefined) return;
    this.account.damages++;
    house.tell(`damage: ${done.what}`);
    this.#taint(hit.name, other.name);
    const { mend } = done;
    if (mend) this.#due.push({ day: day + 1 + chance.below(5), of: hit.name, act: mend });
  }

  /** Never so that one could be made anew: the human has to put it back. */
  #damageAuthority(day: number): void {
    const house = this.#house;
    const { authority, chance } = house;
    if (authority.pair === undefined || authority.isDamaged) return;
    const path = chance.pick([authority.certificatePath, ...(authority.isOffline ? [] : [authority.keyPath])]);
    const before = authority.pair;
    if (path === authority.keyPath && chance.happens(0.5)) rmSync(path);
    else {
      rmSync(path);
      writeFileSync(path, chance.pick(['', 'garbage', halfOf(before)]), { mode: 0o400 });
    }
    authority.isDamaged = true;
    house.tell(`damage: ${path}`);
    this.#taint();
    this.#due.push({ day: day + 1 + chance.below(6), of: 'the authority', act: () => authority.restore() });
  }

  #edit(): void {
    const house = this.#house;
    const { chance } = house;
    const { name, spec } = chance.pick(house.certificates);
    const draw = chance.below(5);
    const days = 20 + chance.below(100);
    if (draw === 0) house.edit(name, { duration: days * DAY, renewBefore: Math.floor(days / 3) * DAY });
    else if (draw === 1) house.edit(name, { keyAlgorithm: chance.pick(['ecdsa-p256', 'ecdsa-p384'] as const) });
    else if (draw === 2) house.edit(name, { renewBefore: Math.floor(spec.duration / chance.pick([2, 3, 5])) });
    else house.edit(name, { dnsNames: [`${name}.lab`, ...chance.pick([[], ['x.lab'], ['x.lab', 'y.lab']])].sort() });
    house.tell(`edit ${name}`);
    this.#taint();
  }

  /** The human signs on some days. */
  async #sign(day: number): Promise<void> {
    const { authority, certificates, chance } = this.#house;
    if (!authority.isOffline) return;
    for (const { name, spec } of certificates) {
      if (!existsSync(spec.request) || !chance.happens(0.35)) continue;
      if (this.#due.some(({ of }) => of === `request of ${name}`)) continue;
      this.#due.push({
        day: day + 1,
        of: `request of ${name}`,
        act: async () => {
          try {
            await authority.sign(spec);
          } catch {
            // A request that was damaged: it is made again.
          }
        },
      });
    }
  }

  #taint(...names: readonly string[]): void {
    const { oracle, certificates } = this.#house;
    this.#hasHappened = true;
    oracle.isTainted = true;
    oracle.rebase(certificates.filter(({ name }) => names.includes(name)).map(({ spec }) => spec.directory));
  }

  /** @returns the last plan; undefined when the day was too short for one without steps that can run */
  async #passes(limit: number): Promise<Plan | undefined> {
    const house = this.#house;
    let waited = 0;
    let quiets = 0;
    for (let pass = 0; pass < limit; pass++) {
      const end = await house.pass();
      if (house.oracle.problems.length > 0) return undefined;
      if (end === undefined || end.again) continue;
      const now = house.clock.now();
      const waits = Object.values(house.memory.backoffs)
        .filter((backoff) => isBackingOff(backoff, now))
        .map((backoff) => (backoff?.notBefore ?? 0) - now)
        .filter((wait) => wait <= SHORT_WAIT);
      const isHeld = end.plan.steps.some(({ blockedBy }) => blockedBy.some(({ type }) => type === 'backoff'));
      const backsOff = isHeld && waits.length > 0 && ++waited <= WAITS;
      const quiet = (end.plan.wakeAt ?? Infinity) - now;
      if (!backsOff && !(quiet > 0 && quiet <= SHORT_WAIT && ++quiets <= PASSES / 3)) return end.plan;
      house.clock.pass(Math.min(...(backsOff ? waits : [quiet])) + 1);
    }
    if (limit === PASSES) house.oracle.problems.push(`after ${PASSES} passes there is still something to do`);
    return undefined;
  }

  #judge(plan: Plan): void {
    const house = this.#house;
    const { authority, oracle } = house;
    const waitsForHuman =
      this.#due.length > 0 ||
      !authority.isUsable ||
      plan.conditions.some(({ type, reason }) => type === 'Blocked' && /^(Awaiting|SignatureUnusable)/.test(reason));
    if (waitsForHuman) {
      this.#unsettled = 0;
      return;
    }
    if (plan.steps.length === 0) {
      this.account.settled++;
      this.#unsettled = 0;
      oracle.settled(house.certificates, house.bundle);
      return;
    }
    this.#unsettled = this.#hasHappened ? 0 : this.#unsettled + 1;
    if (this.#unsettled > UNSETTLED_DAYS)
      oracle.problems.push(
        `it does not settle: ${plan.steps.map(({ op, target, blockedBy }) => `${op} ${target} ${blockedBy.map(({ type, name }) => `${type} ${name}`).join()}`).join('; ')}`,
      );
  }
}

function halfOf({ certificate }: AuthorityPair): string {
  return certificate.slice(0, certificate.length >> 1);
}
