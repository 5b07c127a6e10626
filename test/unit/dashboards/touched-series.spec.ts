import { expect } from 'chai';
import { shippedDashboards } from '../../support/dashboards/dashboard-json.ts';
import { interpolate } from '../../support/dashboards/interpolate.ts';
import { metricCatalogue, type KnownMetric } from '../../support/dashboards/metric-catalogue.ts';
import { sumOf, touchedSeries } from '../../support/dashboards/touched-series.ts';

/** Issue 7: "recording rules where a panel would touch more than 1000 series". */
const MOST_SERIES = 1000;

describe('the series that a panel touches, with every family at its cap', () => {
  let catalogue: ReadonlyMap<string, KnownMetric>;

  before(async () => {
    catalogue = await metricCatalogue();
  });

  const all = (expression: string): number => sumOf(touchedSeries([expression], catalogue));

  for (const [name, { panels, templating, annotations }] of shippedDashboards())
    it(`are at most ${MOST_SERIES} in ${name}`, () => {
      const asking = [
        ...panels.map(({ title, targets = [] }) => ({ title, expressions: targets.map(({ expr }) => expr) })),
        ...annotations.list.map((each) => ({ title: each.name, expressions: [each.target.expr] })),
      ];
      for (const { title, expressions } of asking) {
        const touched = touchedSeries(
          expressions.map((expr) => interpolate(expr, templating.list, {})),
          catalogue,
        );
        const told = [...touched].map(([metric, count]) => `${metric} ${count}`).join(', ');
        expect(sumOf(touched), `${title}: ${told}`).to.be.at.most(MOST_SERIES);
      }
    });

  it('are those of the family at its cap', () => {
    expect(all('sum(rate(adguard_dns_queries_total[5m]))')).to.equal(600);
  });

  it('are fewer where a matcher names the values', () => {
    expect(all('sum(rate(adguard_client_dns_queries_total{result="blocked"}[5m]))')).to.equal(65);
    expect(all('sum(rate(adguard_client_dns_queries_total{result!~"blocked|allowed"}[5m]))')).to.equal(6 * 65);
  });

  it('are not fewer where a matcher chooses among what is admitted', () => {
    expect(all('sum(rate(adguard_domain_dns_queries_total{domain!="other"}[5m]))')).to.equal(300);
  });

  it('are counted once, however often they are asked for', () => {
    const blocked = 'rate(adguard_client_dns_queries_total{result="blocked"}[5m])';
    expect(all(`${blocked} / ${blocked} or rate(adguard_client_dns_queries_total{result="allowed"}[5m])`)).to.equal(
      130,
    );
  });

  it('are too many where a question is put to the families themselves', () => {
    expect(all('adguard_client_domain_dns_queries_total and on (client) adguard_client_dns_queries_total')).to.be.above(
      MOST_SERIES,
    );
  });

  it('cannot be told of a metric that nothing bounds', () => {
    const known = new Map([['made_up', { name: 'made_up', type: 'gauge', labels: ['colour'] } as const]]);
    expect(() => touchedSeries(['made_up'], known)).to.throw('nothing bounds the series of made_up: colour');
  });
});
