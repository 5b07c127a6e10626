import { expect } from 'chai';
import fc from 'fast-check';
import { QueriedNames } from '../../../src/exporter/accounts/queried-names.ts';
import { registrableDomain } from '../../../src/exporter/accounts/registrable-domain.ts';
import { quickHash } from '../../../src/exporter/admission/quick-hash.ts';
import { hash } from '../../../src/exporter/hash.ts';
import { askedName } from '../../support/exporter/dns-event.ts';
import { usedHeap } from '../../support/used-heap.ts';
import { boundedValue } from '../../../src/exporter/store/series-labels.ts';

const LOCAL = ['lab', 'home.net'];

describe('names that are asked for', () => {
  const label = fc.oneof(
    fc.constantFrom(
      'www',
      'a',
      'bbc',
      'co',
      'home',
      'ntp',
      'in-addr',
      '_dmarc',
      'xn--e1afmkfd',
      'A',
      '',
      'é',
      'x'.repeat(70),
    ),
    fc.stringMatching(/^[a-z0-9_-]{1,12}$/),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const suffix = fc.constantFrom('com', 'net', 'org', 'uk', 'lab', 'arpa', 'info', 'COM', '', 'home.net');
  const name = fc.tuple(fc.array(label, { maxLength: 4 }), suffix).map(([labels, last]) => [...labels, last].join('.'));

  it('are worked out as the rules say, whatever they are, and alike each time', () => {
    const names = new QueriedNames(LOCAL);
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        const domain = boundedValue(registrableDomain(text.toLowerCase(), LOCAL));
        for (let turn = 0; turn < 3; turn++) {
          const queried = names.of(askedName(text));
          expect({ name: queried.name, domain: queried.domain, hash: queried.hash }).to.deep.equal({
            name: text.toLowerCase(),
            domain,
            hash: hash(domain),
          });
          expect(queried.whole.slice(queried.domainAt)).to.equal(domain);
          expect(queried.keyHash).to.equal(quickHash(domain));
          expect(queried.lengthBefore).to.equal(queried.name.length - domain.length - 1);
        }
      }),
    );
  });

  it('are told apart in one place, and kept there from their second time on', () => {
    const names = new QueriedNames([]);
    const all = Array.from({ length: 5000 }, (_, index) => `www.site-${index}.com`);
    for (const text of [...all, ...all]) expect(names.of(askedName(text)).domain).to.equal(text.slice(4));
    const [, second, third] = [1, 2, 3].map(() => names.of(askedName('www.site-7.com')));
    expect(third).to.equal(second);
  });

  it('are not pushed out by names that come but once', () => {
    const names = new QueriedNames([]);
    const [, kept] = [1, 2].map(() => names.of(askedName('www.example.com')));
    for (let index = 0; index < 100_000; index++) names.of(askedName(`www.site-${index}.com`));
    expect(names.of(askedName('www.example.com'))).to.equal(kept);
  });

  it('give their place to another that comes again', () => {
    const names = new QueriedNames([]);
    // As many as have places, a few times over.
    const all = Array.from({ length: 20_000 }, (_, index) => `www.site-${index}.com`);
    const keptOf = (): number => {
      const found = all.map((text) => [1, 2, 3].map(() => names.of(askedName(text))));
      return found.filter(([, second, third]) => second === third).length;
    };
    expect(keptOf()).to.equal(all.length);
  });

  it('hold no memory when they come but once', () => {
    const names = new QueriedNames([]);
    const before = usedHeap();
    for (let index = 0; index < 20_000; index++) names.of(askedName(`${index}-${'x'.repeat(200)}.com`));
    expect(usedHeap() - before).to.be.lessThan(1 << 20);
  });

  it('are not kept when they are longer than a name can be: a thousand of them would fill the memory', () => {
    const names = new QueriedNames([]);
    const before = usedHeap();
    for (let index = 0; index < 2000; index++) names.of(askedName(`${index}-${String(index % 10).repeat(20_000)}.com`));
    expect(usedHeap() - before).to.be.lessThan(4 << 20);
  });

  it('hold no more than their domain where that is kept, however long they are', () => {
    const names = new QueriedNames([]);
    const kept: string[] = [];
    const before = usedHeap();
    for (let index = 0; index < 1000; index++)
      kept.push(names.of(askedName(`${'x'.repeat(20_000)}.a-site-of-number-${index}.com`)).domain);
    expect(usedHeap() - before).to.be.lessThan(2 << 20);
    expect(kept[7]).to.equal('a-site-of-number-7.com');
  });

  for (const [domain, isPublic, isWatched] of [
    ['example.com', true, true],
    ['ntp.org', true, false],
    ['msftconnecttest.com', true, false],
    ['nas.lab', false, false],
    ['nas.lan', false, false],
    ['printer.localdomain', false, false],
    ['localhost', false, false],
    ['23.1.168.192.in-addr.arpa', false, false],
  ] as const)
    it(`${domain} is ${isPublic ? '' : 'not '}public, and ${isWatched ? '' : 'not '}looked at for beats`, () => {
      const { isPublic: found, isWatched: watched } = new QueriedNames([]).of(askedName(domain));
      expect([found, watched]).to.deep.equal([isPublic, isWatched]);
    });
});
