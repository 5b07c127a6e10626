import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Rendered } from '../../../src/stack/renderer.ts';
import { escapeTemplate } from '../../../src/stack/traefik/dynamic-text.ts';
import type { Dynamic, Router } from '../../../src/stack/traefik/dynamic-types.ts';
import { renderTraefik } from '../../../src/stack/traefik/render-traefik.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

const NAME = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const PORT = fc.integer({ min: 0, max: 65535 });
const PATH = fc.stringMatching(/^\/[a-z{}%"'`#:]{0,12}$/);

const existing = fc.record(
  {
    container: fc.constant('proxy'),
    staticFile: fc.constant('/opt/t/traefik.yml'),
    dynamicDirectory: fc.constant('/opt/t/dynamic:/etc/dynamic'),
    logDirectory: fc.constant('/opt/t/logs:/logs'),
    strictDefault: fc.boolean(),
    ping: fc.boolean(),
  },
  { requiredKeys: ['container', 'staticFile', 'dynamicDirectory'] },
);
const traefik = fc.record(
  {
    image: fc.constantFrom('traefik:v3.7.9', 'traefik:3.7.15', 'traefik:v3.6.1'),
    ports: fc.record({ web: PORT, websecure: fc.integer({ min: 1, max: 65535 }) }, { requiredKeys: [] }),
    dashboard: fc.boolean(),
    accessLog: fc.record({ enabled: fc.boolean() }),
    existing,
  },
  { requiredKeys: [] },
);
const application = fc.record({
  name: NAME,
  spec: fc.record(
    {
      container: NAME,
      port: fc.integer({ min: 1, max: 65535 }),
      scheme: fc.constantFrom('http', 'https'),
      access: fc.constantFrom('strict', 'public'),
      healthCheck: fc.record({ path: PATH }),
    },
    { requiredKeys: ['container', 'port'] },
  ),
});
const houses = fc.record({
  spec: traefik,
  members: fc.subarray(['Prometheus', 'Grafana']),
  applications: fc.uniqueArray(application, { maxLength: 4, selector: ({ name }) => name }),
});
type Drawn = typeof houses extends fc.Arbitrary<infer T> ? T : never;

async function rendered({ spec, members, applications }: Drawn): Promise<Rendered> {
  const documents = [
    { kind: 'Traefik', metadata: { name: 'traefik' }, spec },
    ...members.map((kind) => ({ kind, metadata: { name: `m-${kind.toLowerCase()}` } })),
    ...applications.map(({ name, spec: own }) => ({ kind: 'MonitoredService', metadata: { name }, spec: own })),
  ];
  const house = await stackHouse(documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  return renderTraefik(onlyOf(house, 'Traefik'), house);
}

/** What Go's template engine makes of a text without actions but the one that we write. */
function templated(text: string): string {
  return text.replaceAll('{{ "{{" }}', '{{');
}

function dynamicOf({ manifests }: Rendered): Dynamic[] {
  return manifests.flatMap((each) =>
    each.kind === 'File' && each.metadata.name !== 'traefik-static'
      ? [parse(templated(each.spec.content ?? '')) as Dynamic]
      : [],
  );
}

function routersOf(dynamic: readonly Dynamic[]): [string, Router][] {
  return dynamic.flatMap(({ http }) => Object.entries(http?.routers ?? {}));
}

describe('whatever a Traefik and its applications say', function () {
  this.timeout(60_000);
  const holds = (check: (all: Rendered, drawn: Drawn) => void): Promise<void> =>
    fc.assert(
      fc.asyncProperty(houses, async (drawn) => check(await rendered(drawn), drawn)),
      { numRuns: 60 },
    );

  it('metrics, ping and API are never published', async () => {
    await holds(({ manifests }, { spec }) => {
      const containers = manifests.flatMap((each) => (each.kind === 'Container' ? [each.spec] : []));
      expect(containers).to.have.length(spec.existing === undefined ? 1 : 0);
      for (const { ports = [], network_mode } of containers) {
        expect(network_mode).to.equal(undefined);
        for (const port of ports) expect(port).to.have.property('target').that.is.oneOf([80, 443]);
      }
    });
  });

  it('the default TLS option requires a certificate, or is none of ours', async () => {
    await holds((all, { spec }) => {
      const options = dynamicOf(all).flatMap(({ tls }) => Object.entries(tls?.options ?? {}));
      const wanted = { clientAuthType: 'RequireAndVerifyClientCert', caFiles: ['/etc/bastion-certs/ca.crt'] };
      const standard = options.filter(([name]) => name === 'default');
      expect(standard).to.have.length(spec.existing === undefined || spec.existing.strictDefault === true ? 1 : 0);
      for (const [name, { sniStrict, clientAuth }] of options) {
        expect(sniStrict).to.equal(true);
        expect(clientAuth).to.deep.equal(name === 'public' ? { clientAuthType: 'NoClientCert' } : wanted);
      }
    });
  });

  it('a router asks for a certificate unless its application is public', async () => {
    await holds((all, { spec, applications }) => {
      const open = new Set(applications.flatMap(({ name, spec: own }) => (own.access === 'public' ? [name] : [])));
      const dynamic = dynamicOf(all);
      const isDefaultStrict = dynamic.some(({ tls }) => tls?.options?.['default'] !== undefined);
      for (const [name, { entryPoints, tls }] of routersOf(dynamic)) {
        if (entryPoints.join() === 'bastion-internal') {
          expect(spec.existing).not.to.equal(undefined);
          continue;
        }
        const wanted = open.has(name) ? { options: 'public' } : isDefaultStrict ? {} : { options: 'strict' };
        expect(tls, name).to.deep.equal(wanted);
      }
    });
  });

  it('metrics are reached by address too, and nothing but metrics and API without a host', async () => {
    await holds((all) => {
      const hostless = routersOf(dynamicOf(all)).filter(([, { rule }]) => !rule.startsWith('Host(`'));
      expect(hostless.map(([name, { rule }]) => [name, rule])).to.deep.equal([
        ['bastion-metrics', 'Path(`/metrics`)'],
        ['bastion-api', 'PathPrefix(`/api`)'],
      ]);
    });
  });

  it('nothing in a dynamic file is an action of a template, and it means what was said', async () => {
    await holds((all, { applications }) => {
      for (const each of all.manifests)
        if (each.kind === 'File' && each.metadata.name !== 'traefik-static')
          expect((each.spec.content ?? '').replaceAll('{{ "{{" }}', '')).not.to.contain('{{');
      const services = Object.assign({}, ...dynamicOf(all).map(({ http }) => http?.services ?? {})) as NonNullable<
        NonNullable<Dynamic['http']>['services']
      >;
      for (const { name, spec } of applications)
        if (spec.healthCheck !== undefined)
          expect(services[name]?.loadBalancer.healthCheck?.path).to.equal(spec.healthCheck.path);
    });
  });

  it('the same house becomes the same manifests', async () => {
    await fc.assert(
      fc.asyncProperty(houses, async (drawn) => {
        expect(await rendered(drawn)).to.deep.equal(await rendered(drawn));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a text that goes through a template', () => {
  it('prints itself, three braces in a row too', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{}a" ]{0,20}$/), (text) => {
        const escaped = escapeTemplate(text);
        expect(escaped.replaceAll('{{ "{{" }}', '')).not.to.contain('{{');
        expect(templated(escaped)).to.equal(text);
      }),
    );
  });
});
