import { expect } from 'chai';
import fc from 'fast-check';
import { readDashboardJson } from '../../../src/stack/grafana/dashboard-json.ts';
import { fallbackDashboard } from '../../../src/stack/grafana/fallback-dashboard.ts';
import { renderDashboard } from '../../../src/stack/dashboard.ts';
import type { House } from '../../../src/stack/renderer.ts';
import { stackHouse } from '../../support/stack-house.ts';

const GRAFANA = `
kind: Grafana
metadata: {name: grafana}
spec: {}
`;

interface Written {
  readonly name: string;
  readonly json?: object | string;
  readonly rest?: string;
}

/** A house with a Grafana and dashboards whose JSON lies beside them. */
async function houseOf(dashboards: readonly Written[], grafana = GRAFANA): Promise<House> {
  const documents = dashboards.map(
    ({ name, rest = '' }) => `
kind: Dashboard
metadata: {name: ${name}}
spec: {source: ${name}.json${rest}}
`,
  );
  const texts = new Map(
    dashboards.map(({ name, json = { uid: name, title: name } }) => [
      `Dashboard/${name} ${name}.json`,
      typeof json === 'string' ? json : JSON.stringify(json),
    ]),
  );
  return stackHouse([grafana, ...documents].join('---'), {
    source: (of, path) => {
      const text = texts.get(`${of} ${path}`);
      return text === undefined ? { problem: 'cannot be read: it is not there' } : { text };
    },
  });
}

async function rendered(dashboards: readonly Written[], grafana = GRAFANA) {
  const house = await houseOf(dashboards, grafana);
  return Object.fromEntries(
    house.stack.Dashboard.map((manifest) => [manifest.metadata.name, renderDashboard(manifest, house)]),
  );
}

async function problemsOf(json: object | string): Promise<string[]> {
  const { one } = await rendered([{ name: 'one', json }]);
  return (one?.problems ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a Dashboard', () => {
  it('becomes a file of its own below the dashboards of its Grafana, by folder, with its text as it was written', async () => {
    const text = '{ "uid": "zones",  "title": "Zones" }\n';
    const { zones, start } = await rendered([
      { name: 'zones', json: text, rest: ', folder: Network' },
      { name: 'start' },
    ]);
    expect(zones).to.deep.equal({
      manifests: [
        {
          apiVersion: 'bastion.lab/v1',
          kind: 'File',
          metadata: { name: 'grafana-dashboard-zones' },
          spec: { path: '/opt/core/grafana/config/dashboards/Network/zones.json', content: text, mode: '0644' },
        },
      ],
    });
    expect(start?.manifests[0]?.spec).to.include({ path: '/opt/core/grafana/config/dashboards/start.json' });
  });

  it('belongs to the Grafana that it names, and has to name one where there are several', async () => {
    const two = `${GRAFANA}---${GRAFANA.replace('name: grafana', 'name: charts')}`;
    const { one, other } = await rendered([{ name: 'one' }, { name: 'other', rest: ', grafana: charts' }], two);
    expect(one?.problems).to.deep.equal([
      { path: ['spec', 'grafana'], message: 'there is more than one Grafana (charts, grafana): name one of them' },
    ]);
    expect(other?.manifests[0]?.spec).to.include({ path: '/opt/core/charts/config/dashboards/other.json' });
  });

  describe('with a lite variant', () => {
    const PROMETHEUS = `
kind: Prometheus
metadata: {name: prometheus}
spec: {}
`;
    const texts: Readonly<Record<string, string>> = {
      'full.json': '{"uid":"zones","title":"Zones","panels":[1,2]}',
      'lite.json': '{"uid":"zones","title":"Zones","panels":[1]}',
      'other.json': '{"uid":"others","title":"Zones"}',
    };

    async function shown(lite: string, level?: number) {
      const documents = `${PROMETHEUS}---${GRAFANA}---
kind: Dashboard
metadata: {name: zones}
spec: {source: full.json, lite: ${lite}}
`;
      const levels = level === undefined ? {} : { 'Prometheus/prometheus': { memory: { level, since: 0, cause: '' } } };
      const house = await stackHouse(documents, {
        levels,
        source: (_of, path) => ({ text: texts[path] ?? '' }),
      });
      const [manifest] = house.stack.Dashboard;
      if (manifest === undefined) throw new Error('no Dashboard');
      return renderDashboard(manifest, house);
    }

    it('is that one while Prometheus is short of memory, under the same name and path', async () => {
      const [full] = (await shown('lite.json')).manifests;
      for (const level of [1, 2, 3]) {
        const [lite] = (await shown('lite.json', level)).manifests;
        expect(lite?.spec).to.deep.equal({ ...full?.spec, content: texts['lite.json'] });
      }
      expect((await shown('lite.json', 0)).manifests[0]).to.deep.equal(full);
      expect(full?.spec).to.include({ content: texts['full.json'] });
    });

    it('must be the same to whoever links to it', async () => {
      expect((await shown('other.json')).problems).to.deep.equal([
        { path: ['spec', 'lite'], message: 'has another uid than the dashboard that it stands in for' },
      ]);
    });
  });

  it('needs a text: beside it or in it, and not both', async () => {
    const house = await stackHouse(`${GRAFANA}---
kind: Dashboard
metadata: {name: neither}
spec: {}
---
kind: Dashboard
metadata: {name: both}
spec: {source: a.json, content: "{}"}
---
kind: Dashboard
metadata: {name: missing}
spec: {source: a.json}
`);
    const said = house.stack.Dashboard.map((manifest) => renderDashboard(manifest, house).problems?.[0]);
    expect(said).to.deep.equal([
      { path: ['spec', 'content'], message: 'has both source and content: leave one out' },
      { path: ['spec', 'source'], message: 'Dashboard/missing has no file a.json' },
      { path: ['spec'], message: 'needs source or content: the dashboard as JSON' },
    ]);
  });

  it('must be JSON with a uid that Grafana takes and a title', async () => {
    expect((await problemsOf('{"uid": '))[0]).to.match(/^spec\.source: is no JSON: /);
    expect(await problemsOf('[]')).to.deep.equal(['spec.source: is JSON, but no object']);
    expect(await problemsOf({ uid: 'one' })).to.deep.equal(['spec.source: has no title']);
    expect(await problemsOf({ title: 'One' })).to.deep.equal([
      'spec.source: has no uid: give it one, or Grafana makes another at every start and every link to it breaks',
    ]);
    expect(await problemsOf({ uid: 'a b', title: 'One' })).to.deep.equal([
      'spec.source: has the uid "a b": 1 to 40 letters, digits, - and _ are possible',
    ]);
    expect((await problemsOf({ kind: 'Dashboard', spec: { title: 'One' } }))[0]).to.match(
      /in the new resource format: export it as classic JSON/,
    );
  });

  it('must use the data source of its Grafana, or leave it to a variable that it has', async () => {
    const panels = [
      { datasource: { type: 'prometheus', uid: 'prometheus' }, targets: [{ datasource: 'Prometheus' }] },
      { datasource: { type: 'datasource', uid: '-- Grafana --' } },
      { datasource: { uid: '${source}' }, targets: [{ datasource: { uid: '$source' } }, { datasource: null }] },
    ];
    const templating = { list: [{ name: 'source', type: 'datasource', datasource: null }] };
    expect(await problemsOf({ uid: 'one', title: 'One', panels, templating })).to.deep.equal([]);
    expect(
      await problemsOf({
        uid: 'one',
        title: 'One',
        panels: [
          { targets: [{ datasource: { uid: 'P1809F7CD0C75ACF3' } }] },
          { datasource: { uid: 'P1809F7CD0C75ACF3' } },
          { datasource: { uid: '${DS_PROMETHEUS}' } },
        ],
        __inputs: [{ name: 'DS_PROMETHEUS' }],
      }),
    ).to.deep.equal([
      'spec.source: has __inputs, which only the import dialog fills in: save it without "export for sharing externally"',
      'spec.source: names the data source "P1809F7CD0C75ACF3" (panels[0].targets[0].datasource), which this Grafana has not: write the uid prometheus',
      'spec.source: names the data source "${DS_PROMETHEUS}" (panels[2].datasource), which this Grafana has not: write the uid prometheus',
    ]);
  });

  it('shares uid and title with no other dashboard of its Grafana, and each of two says so', async () => {
    const { one, two, three } = await rendered([
      { name: 'one', json: { uid: 'same', title: 'One' } },
      { name: 'two', json: { uid: 'same', title: 'Two' } },
      { name: 'three', json: { uid: 'three', title: 'Two' } },
    ]);
    const messages = [one, two, three].map((each) => each?.problems?.map(({ message }) => message));
    expect(messages).to.deep.equal([
      ['has the uid "same", as Dashboard/two has'],
      ['has the uid "same", as Dashboard/one has', 'has the title "Two", as Dashboard/three has'],
      ['has the title "Two", as Dashboard/two has'],
    ]);
  });

  it('may be like one of another Grafana, but not like the one that every Grafana has', async () => {
    const two = `${GRAFANA}---${GRAFANA.replace('name: grafana', 'name: charts')}`;
    const json = { uid: 'same', title: 'Same' };
    const apart = await rendered(
      [
        { name: 'one', json, rest: ', grafana: grafana' },
        { name: 'two', json, rest: ', grafana: charts' },
      ],
      two,
    );
    expect([apart['one']?.problems, apart['two']?.problems]).to.deep.equal([undefined, undefined]);
    expect((await problemsOf({ uid: 'bastion-fallback', title: 'Mine' }))[0]).to.contain('fallback dashboard');
  });

  it('lies in a folder whose name is not nearly that of another', async () => {
    const { one, two, three } = await rendered([
      { name: 'one', rest: ', folder: DNS zones' },
      { name: 'two', rest: ', folder: dns-zones' },
      { name: 'three', rest: ', folder: fallback' },
    ]);
    expect(one?.problems?.[0]?.message).to.contain('dns-zones of Dashboard/two are nearly one name');
    expect(two?.problems?.[0]?.message).to.contain('DNS zones of Dashboard/one are nearly one name');
    expect(three?.problems?.[0]?.message).to.contain("the operator's own dashboards");
  });
});

describe('the JSON of a dashboard', () => {
  it('is read whatever it holds: to an identity, or to what is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const read = readDashboardJson(text);
        if ('problems' in read) expect(read.problems).to.have.length.above(0);
        else expect(read).to.include.keys('uid', 'title');
      }),
    );
  });

  it('has any uid and title that Grafana takes', () => {
    const uid = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
    const title = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(uid, title, fc.dictionary(fc.constantFrom('panels', 'tags', 'time'), fc.jsonValue()), (...parts) => {
        const [wantedUid, wantedTitle, others] = parts;
        // Panels at random may name a data source at random.
        const text = JSON.stringify({ ...others, uid: wantedUid, title: wantedTitle }).replaceAll(
          'datasource',
          'other',
        );
        expect(readDashboardJson(text)).to.deep.equal({
          uid: wantedUid,
          title: wantedTitle.replaceAll('datasource', 'other'),
        });
      }),
    );
  });

  it('is refused when it is nested without end', () => {
    const text = `{"uid":"a","title":"A","panels":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(readDashboardJson(text)).to.deep.equal({ problems: ['is nested more than 100 levels deep'] });
  });

  it('of the fallback is such a dashboard', () => {
    expect(readDashboardJson(fallbackDashboard('30s'))).to.deep.equal({ uid: 'bastion-fallback', title: 'What is up' });
  });
});
