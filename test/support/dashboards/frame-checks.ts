import type { DataFrame } from '@grafana/data';
import { expect } from 'chai';
import type { PanelJson } from './dashboard-json.ts';
import { grafanaData } from './grafana-data.ts';
import { RATE_INTERVAL } from './interpolate.ts';
import { rowsOf } from './prometheus-frames.ts';

/** A panel with what it would be drawn from. */
export interface DrawnPanel {
  /** Of the dashboard and the panel, for messages. */
  readonly title: string;
  readonly panel: PanelJson;
  readonly frames: readonly DataFrame[];
}

const MOST_NODES = 150;
/** Of a heat map, at which it is looked. */
const LEAST_POINTS = 4;
const RATE_MILLISECONDS = 1000 * Number.parseInt(RATE_INTERVAL, 10);
const ARCS = ['arc__ok', 'arc__bad', 'arc__unknown'];

/** Nodes and edges with exactly their fields, each edge between two of the nodes, and whole rings. @returns the nodes */
export function expectNodeGraph({ title, frames }: DrawnPanel): Record<string, unknown>[] {
  const known = Object.values(grafanaData().NodeGraphDataFrameFieldNames).map(String);
  // Time comes with every answer; the link of a node reads `about`.
  const isRead = (name: string): boolean =>
    name === 'Time' ||
    name === 'about' ||
    known.some((each) => (each.endsWith('__') ? name.startsWith(each) : name === each));
  expect(frames, title).to.have.length(2);
  const edges = frames.find(({ fields }) => fields.some(({ name }) => name === 'source'));
  const nodes = frames.find((frame) => frame !== edges);
  if (edges === undefined || nodes === undefined) throw new Error(`${title} lacks a frame`);
  for (const { name } of [...nodes.fields, ...edges.fields]) expect(isRead(name), `${name} in ${title}`).to.equal(true);
  const namesOf = ({ fields }: DataFrame): string[] => fields.map(({ name }) => name);
  expect(namesOf(nodes), title).to.include.members(['id', 'title', 'subtitle', 'mainstat', 'secondarystat', ...ARCS]);
  expect(namesOf(edges), title).to.include.members([
    'id',
    'source',
    'target',
    'mainstat',
    'secondarystat',
    'thickness',
  ]);
  const rows = rowsOf(nodes);
  const ids = rows.map(({ id }) => id);
  expect(new Set(ids).size, title).to.equal(ids.length);
  expect(ids.length, title).to.be.within(2, MOST_NODES);
  expect(edges.length, title).to.be.above(1);
  for (const { source, target } of rowsOf(edges)) expect(ids, title).to.include.members([source, target]);
  for (const row of rows) {
    for (const number of ['mainstat', ...ARCS]) expect(row[number], title).to.satisfy(Number.isFinite);
    const ring = ARCS.reduce((sum, arc) => sum + Number(row[arc]), 0);
    expect(ring, `ring of ${String(row['id'])} in ${title}`).to.be.closeTo(1, 1e-6);
  }
  return rows;
}

/** Rows that are different things, columns that have a heading, and a number at least in each that the query is to fill. */
export function expectTable({ title, panel, frames }: DrawnPanel): void {
  expect(frames, title).to.have.length(1);
  const [frame] = frames;
  if (frame === undefined) return;
  expect(frame.length, title).to.be.above(0);
  const organised = panel.transformations?.find(({ id }) => id === 'organize');
  // That of the home page is shown as it comes.
  if (panel.transformations === undefined) return;
  const names = frame.fields.map(({ name }) => name);
  if (organised === undefined) {
    expect(names[0], title).to.equal('zone\\service');
    expect(names.slice(1), title).to.include.members(['app', 'DNS']);
    return;
  }
  expect(Object.keys(organised.options['indexByName'] as object), title).to.include.members(names);
  for (const number of numbersOf(panel)) {
    const field = frame.fields.find(({ name }) => name === number);
    expect(field?.values.some(Number.isFinite), `a number in the column ${number} of ${title}`).to.equal(true);
  }
  const labels = frame.fields.filter(({ type }) => type === grafanaData().FieldType.string).map(({ name }) => name);
  const things = rowsOf(frame).map((row) => JSON.stringify(labels.map((label) => row[label] ?? null)));
  expect(new Set(things).size, `different things in ${title}`).to.equal(things.length);
}

/**
 * A row for each bucket, in order, none of them below nothing at any of several points in time: those whose rate is of
 * a window that began after the series did. Of a shorter one Prometheus guesses the rest, and guesses further for a bucket whose
 * first sample was near 0, so that a bucket may seem to hold more than the next.
 */
export function expectHeatmap({ title, frames }: DrawnPanel): void {
  const bounds = frames.map(({ fields }) => Number((fields[1]?.name ?? '').replace('+Inf', 'Infinity')));
  expect(bounds, title).to.deep.equal([...bounds].sort((one, other) => one - other));
  expect(bounds.length, title).to.be.above(5);
  const timesOf = ({ fields }: DataFrame): readonly number[] => (fields[0]?.values ?? []) as readonly number[];
  const begun = Math.max(...frames.map((frame) => timesOf(frame)[0] ?? Infinity));
  for (const frame of frames) {
    const whole = timesOf(frame).flatMap((time, index) => (time >= begun + RATE_MILLISECONDS ? [index] : []));
    expect(whole.length, `points in time of ${title}`).to.be.at.least(LEAST_POINTS);
    for (const index of whole)
      // Differences of sums of floating point numbers.
      expect(frame.fields[1]?.values[index], `${title}, bucket ${frame.fields[1]?.name ?? ''}`).to.be.at.least(-1e-9);
  }
}

/** Names that the question of a table gives to its numbers: its columns, whose name is the last label that is made. */
function numbersOf({ targets = [] }: PanelJson): readonly string[] {
  return targets.flatMap(({ expr }) => [...expr.matchAll(/, "stat", "(\w+)"/g)].map(([, name = '']) => name));
}
