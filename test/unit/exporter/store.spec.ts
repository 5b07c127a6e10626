import { expect } from 'chai';
import fc from 'fast-check';
import { MetricStore } from '../../../src/exporter/store/store.ts';

/** Sample lines of a page without those that the store adds of itself. */
function samples(store: MetricStore): string[] {
  return store
    .render()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('adguard_exporter_'));
}

describe('metric store', () => {
  it('writes counters, gauges and histograms', () => {
    const store = new MetricStore(100);
    const requests = store.family({
      name: 'r_total',
      help: 'Requests.',
      type: 'counter',
      labels: ['zone', 'code'],
      cap: 9,
    });
    const up = store.family({ name: 'up', help: 'Up.', type: 'gauge', cap: 1 });
    const seconds = store.histogram({ name: 's', help: 'Seconds.', label: 'to', bounds: [0.1, 1], cap: 2 });
    requests.add(['lan', '2xx']);
    requests.add(['lan', '2xx'], 2);
    up.set([], Infinity);
    for (const value of [0.1, 0.5, 7, NaN, -1]) seconds.observe('u', value);
    expect(store.render()).to.equal(
      `# HELP adguard_exporter_series Series under the cap.
# TYPE adguard_exporter_series gauge
adguard_exporter_series 7
# HELP r_total Requests.
# TYPE r_total counter
r_total{zone="lan",code="2xx"} 3
# HELP up Up.
# TYPE up gauge
up +Inf
# HELP s Seconds.
# TYPE s histogram
s_bucket{to="u",le="0.1"} 1
s_bucket{to="u",le="1"} 2
s_bucket{to="u",le="+Inf"} 3
s_sum{to="u"} 7.6
s_count{to="u"} 3
`,
    );
  });

  it('sends what exceeds the cap of a family to one label set and loses no event', () => {
    const store = new MetricStore(1000);
    const family = store.family({ name: 'd_total', help: 'D.', type: 'counter', labels: ['d'], cap: 3 });
    for (let round = 0; round < 4; round++) for (let name = 0; name < 10; name++) family.add([`d${name}`]);
    expect(family.size).to.equal(4);
    expect(family.get(['other'])).to.equal(28);
    expect(store.render()).to.contain('adguard_exporter_label_overflow_total{family="d_total"} 28');
  });

  it('leaves out a gauge that exceeds the cap', () => {
    const store = new MetricStore(1000);
    const family = store.family({ name: 'i', help: 'I.', type: 'gauge', labels: ['c'], cap: 1 });
    family.replace([
      [['a'], 1],
      [['b'], 1],
    ]);
    expect(samples(store)).to.deep.equal(['i{c="a"} 1']);
    family.replace([[['b'], 2]]);
    expect(samples(store)).to.deep.equal(['i{c="b"} 2']);
  });

  it('holds the cap of the process and gives room back with what is removed', () => {
    const store = new MetricStore(6);
    const one = store.family({ name: 'a_total', help: 'A.', type: 'counter', labels: ['x', 'y'], cap: 100 });
    const two = store.histogram({ name: 'b', help: 'B.', label: 'z', bounds: [1], cap: 5 });
    for (let x = 0; x < 10; x++) one.add([`x${x}`, 'y']);
    two.observe('u', 1);
    expect(store.budget.used).to.equal(6);
    expect(samples(store)).to.have.length(7);
    for (let x = 0; x < 4; x++) one.remove('x', `x${x}`);
    two.observe('u', 1);
    expect(store.budget.used).to.equal(6);
    expect(samples(store)).to.include('b_count{z="u"} 1');
    two.remove('u');
    one.clear();
    expect(store.budget.used).to.equal(0);
  });

  it('escapes and bounds hostile label values', () => {
    const store = new MetricStore(1000);
    const family = store.family({ name: 'f', help: 'F.', type: 'counter', labels: ['a', 'b'], cap: 10 });
    family.add(['say "hi"\n\\', '\ud800']);
    family.add(['x'.repeat(1000), 'left\u0001right']);
    const [first, second] = samples(store);
    expect(first).to.equal('f{a="say \\"hi\\"\\n\\\\",b="\ufffd"} 1');
    expect(second).to.equal(`f{a="${'x'.repeat(127)}…",b="left right"} 1`);
  });

  it('begins again at 0 after a label set was removed', () => {
    const store = new MetricStore(1000);
    const family = store.family({ name: 'f', help: 'F.', type: 'counter', labels: ['client', 'zone'], cap: 10 });
    family.add(['c', 'lan'], 5);
    family.add(['d', 'lan'], 5);
    family.remove('client', 'c');
    family.add(['c', 'lan']);
    expect(samples(store)).to.have.members(['f{client="c",zone="lan"} 1', 'f{client="d",zone="lan"} 5']);
  });

  it('never exceeds its cap and never loses a count, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.boolean())),
        fc.integer({ min: 1, max: 5 }),
        (events, cap) => {
          const store = new MetricStore(1000);
          const family = store.family({ name: 'f', help: 'F.', type: 'counter', labels: ['a'], cap });
          let kept = 0;
          for (const [value, remove] of events) {
            family.add([value]);
            kept++;
            if (!remove || value === 'other') continue;
            kept -= family.get([value]) ?? 0;
            family.remove('a', value);
          }
          expect(family.size).to.be.at.most(cap + 1);
          expect(store.budget.used).to.be.at.most(cap);
          const sum = samples(store).reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
          expect(sum).to.equal(kept);
        },
      ),
    );
  });
});
