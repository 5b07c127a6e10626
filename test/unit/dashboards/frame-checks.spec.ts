import type { DataFrame } from '@grafana/data';
import { expect } from 'chai';
import { shippedDashboards, type TargetJson } from '../../support/dashboards/dashboard-json.ts';
import { expectHeatmap, expectTable } from '../../support/dashboards/frame-checks.ts';
import { framesOf, transformed, type AnsweredSeries } from '../../support/dashboards/prometheus-frames.ts';

const TITLE = 'Upstreams';

function series(stat: string, upstream: string, value: string): AnsweredSeries {
  return { metric: { stat, upstream }, value: [1_700_000_000, value] };
}

/** Two upstreams with both their numbers. */
const WHOLE = ['one', 'other'].flatMap((name) => [series('mean', name, '0.02'), series('answers', name, '7')]);

describe('the check of a table', function () {
  // Grafana's transformers take their time to load on a busy machine.
  this.timeout(60_000);
  const panel = shippedDashboards()
    .get('domains-dns')
    ?.panels.find(({ title }) => title === TITLE);
  if (panel === undefined) throw new Error(`There is no panel ${TITLE}`);

  async function drawn(answered: readonly AnsweredSeries[]): Promise<readonly DataFrame[]> {
    const answers = (panel?.targets ?? []).map((target) => ({ target, series: answered }));
    return panel === undefined ? [] : transformed(panel, framesOf(answers));
  }

  async function check(answered: readonly AnsweredSeries[]): Promise<() => void> {
    const frames = await drawn(answered);
    return () => panel !== undefined && expectTable({ title: TITLE, panel, frames });
  }

  it('passes one with a row for each thing and numbers in each column', async () => {
    expect(await check(WHOLE)).to.not.throw();
  });

  it('fails where a column has no number: its selector matches nothing', async () => {
    expect(await check(WHOLE.filter(({ metric }) => metric['stat'] !== 'mean'))).to.throw('in the column mean');
  });

  it('fails where a column has nothing but what is no number', async () => {
    const broken = WHOLE.map((each) =>
      each.metric['stat'] === 'mean' ? series('mean', each.metric['upstream'] ?? '', 'NaN') : each,
    );
    expect(await check(broken)).to.throw('in the column mean');
  });

  it('fails where two rows are the same thing', async () => {
    const [first] = WHOLE;
    expect(
      await check([...WHOLE, ...(first === undefined ? [] : [{ ...first, value: [1_700_000_000, '9'] as const }])]),
    ).to.throw('different things');
  });
});

describe('the check of a heat map', () => {
  const BOUNDS = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'];
  const target: TargetJson = { refId: 'A', expr: '', format: 'heatmap', datasource: { uid: 'prometheus' } };

  /** Eleven points in time, five seconds apart; each bucket holds one more than the one before, or what is told. */
  function check(valueOf: (bucket: number, point: number) => number, points = 11): () => void {
    const series = BOUNDS.map((le, bucket) => ({
      metric: { le },
      values: Array.from(
        { length: points },
        (_, point) => [1_700_000_000 + 5 * point, String(valueOf(bucket, point))] as const,
      ),
    }));
    const panel = { id: 1, type: 'heatmap', title: 'Times', gridPos: { x: 0, y: 0, w: 1, h: 1 } };
    return () => expectHeatmap({ title: 'Times', panel, frames: framesOf([{ target, series }]) });
  }

  it('passes one whose buckets hold what those below them hold, and more', () => {
    expect(check((bucket) => bucket)).to.not.throw();
  });

  it('fails where at some point in time, and not at the last, a bucket holds less than the one below', () => {
    expect(check((bucket, point) => (bucket === 3 && point === 8 ? 0 : bucket))).to.throw('Times, bucket 1');
  });

  it('passes what is guessed of a window that began before the series did', () => {
    expect(check((bucket, point) => (bucket === 3 && point === 2 ? 0 : bucket))).to.not.throw();
  });

  it('fails where there are too few points in time to look at', () => {
    expect(check((bucket) => bucket, 7)).to.throw('points in time of Times');
  });
});
