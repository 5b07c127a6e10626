import { expect } from 'chai';
import { renderMonitoredService } from '../../../src/stack/monitored-service.ts';
import { routesOf } from '../../../src/stack/traefik/routes.ts';
import { stackHouse } from '../../support/stack-house.ts';

const TRAEFIK = 'kind: Traefik\nmetadata: {name: traefik}\n';

function service(name: string, spec: string): string {
  return `kind: MonitoredService\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

/** What is said of each application of a house, as `name field: message`. */
async function problemsOf(...documents: string[]): Promise<string[]> {
  const house = await stackHouse(documents.join('---\n'));
  return house.stack.MonitoredService.flatMap((each) =>
    (renderMonitoredService(each, house).problems ?? []).map(
      ({ path, message }) => `${each.metadata.name} ${path.join('.')}: ${message}`,
    ),
  );
}

describe('a MonitoredService', () => {
  it('is reached at its container, or at its address, and verified where it serves TLS', async () => {
    const house = await stackHouse(
      [
        TRAEFIK,
        service('plain', '{container: plain, port: 80}'),
        service('sealed', '{container: sealed, port: 8443, scheme: https, tls: {serverName: sealed.lab}}'),
        service('away', '{url: "https://nas.example.org", tls: {trust: public}}'),
      ].join('---\n'),
    );
    expect(
      routesOf(house).routes.map(({ name, host, url, transport }) => ({ name, host, url, transport })),
    ).to.deep.equal([
      {
        name: 'away',
        host: 'away.lab',
        url: 'https://nas.example.org',
        transport: { serverName: 'nas.example.org', trust: 'public' },
      },
      { name: 'plain', host: 'plain.lab', url: 'http://plain:80', transport: undefined },
      {
        name: 'sealed',
        host: 'sealed.lab',
        url: 'https://sealed:8443',
        transport: { serverName: 'sealed.lab', trust: 'house' },
      },
    ]);
  });

  it('is strict unless it says that it is public', async () => {
    const house = await stackHouse(
      [
        TRAEFIK,
        service('hidden', '{container: app-a, port: 80}'),
        service('open', '{container: app-b, port: 80, access: public}'),
      ].join('---\n'),
    );
    expect(routesOf(house).routes.map(({ name, access }) => `${name} ${access}`)).to.deep.equal([
      'hidden strict',
      'open public',
    ]);
  });

  it('is never a member of the stack, to whom Traefik would show its own certificate in place of one of the client', async () => {
    const members = ['Prometheus', 'Grafana', 'NodeExporter', 'AdGuardExporter'].map(
      (kind) => `kind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}}\nspec: {}\n`,
    );
    const why =
      'would let whoever reaches this route in with the certificate of Traefik: members have routes of their own';
    expect(
      await problemsOf(
        TRAEFIK,
        ...members,
        service('a', '{container: prometheus, port: 9090, scheme: https, tls: {serverName: prometheus.lab}}'),
        service('b', '{url: "https://grafana.lab:3000", access: public}'),
        service('c', '{url: "https://172.30.77.4:9617", tls: {serverName: AdguardExporter.lab.}}'),
        service('d', '{url: "https://gateway.lab:8082"}'),
        service('e', '{container: traefik, port: 8082, scheme: https}'),
        service('f', '{url: "https://172.30.77.1:9479"}'),
        service('g', '{url: "https://operator.lab:9479"}'),
        service('h', '{url: "https://nodeexporter.lab:9100"}'),
        service('i', '{url: "https://away.lab:9100"}'),
      ),
    ).to.deep.equal([
      `a spec.tls.serverName: prometheus.lab ${why}`,
      `b spec.url: grafana.lab ${why}`,
      `c spec.tls.serverName: AdguardExporter.lab. ${why}`,
      `d spec.url: gateway.lab ${why}`,
      `e spec.container: traefik ${why}`,
      `f spec.url: 172.30.77.1 ${why}`,
      `g spec.url: operator.lab ${why}`,
      `h spec.url: nodeexporter.lab ${why}`,
    ]);
  });

  it('is never on the loopback of Traefik, where its own ping and API ask for no certificate', async () => {
    const hosts = ['127.0.0.1:8083', '127.1', '0x7f000001', '0.0.0.0', 'localhost', 'a.localhost.'];
    const services = hosts.map((host, index) => service(`s${index}`, `{url: "http://${host}", access: public}`));
    expect(await problemsOf(TRAEFIK, ...services, service('nas', '{url: "http://192.168.1.20"}'))).to.deep.equal(
      hosts.map(
        (_, index) =>
          `s${index} spec.url: is Traefik itself, as Traefik sees it: write the address of the machine, or container`,
      ),
    );
  });

  it('says what it lacks and what does not go together', async () => {
    expect(
      await problemsOf(
        TRAEFIK,
        service('a', '{}'),
        service('b', '{container: app-b, url: "http://b:80"}'),
        service('c', '{container: app-c}'),
        service('d', '{url: "http://d", port: 80}'),
        service('e', '{container: "e f", port: 80}'),
        service('f', '{container: app-f, port: 80, healthCheck: {interval: 5s, timeout: 1m}}'),
        service('bastion-g', '{container: app-g, port: 80}'),
        service('h', '{url: "http://h:99999"}'),
      ),
    ).to.deep.equal([
      'a spec: needs container (and port), or url for what is not a container of this host',
      'b spec.url: has container too: give one of them',
      'b spec.port: is needed with container: the port inside it',
      'bastion-g metadata.name: names that begin with bastion- are those of the operator',
      'c spec.port: is needed with container: the port inside it',
      'd spec.port: belongs into url',
      'e spec.container: is no name of a Container resource',
      'f spec.healthCheck.timeout: must be shorter than the interval (5s)',
      'h spec.url: is no address such as http://192.168.1.20:8090',
    ]);
  });

  it('shares its host with nobody: two options for one host would make it fall back to the default ones', async () => {
    const documents = [
      TRAEFIK,
      'kind: Prometheus\nmetadata: {name: prometheus}\n',
      service('a', '{container: app-a, port: 80, host: shared.lab}'),
      service('b', '{container: app-b, port: 80, host: shared.lab, access: public}'),
      service('c', '{container: app-c, port: 80, host: prometheus.lab, access: public}'),
      service('d', '{container: app-d, port: 80, host: gateway.lab, access: public}'),
      service('prometheus', '{container: app-e, port: 80, host: e.lab}'),
    ];
    expect(await problemsOf(...documents)).to.deep.equal([
      'b spec.host: shared.lab is served for a already: choose another host',
      'c spec.host: prometheus.lab is served for prometheus already: choose another host',
      'd spec.host: gateway.lab is served for traefik already: choose another host',
      'prometheus metadata.name: prometheus is the name of a member of the stack',
    ]);
    const { routes } = routesOf(await stackHouse(documents.join('---\n')));
    expect(routes.map(({ name, host }) => `${name} ${host}`)).to.deep.equal([
      'prometheus prometheus.lab',
      'a shared.lab',
    ]);
  });

  it('needs a Traefik that serves it', async () => {
    expect(await problemsOf(service('a', '{container: app-a, port: 80}'))).to.deep.equal([
      'a kind: needs a Traefik resource, which serves its route',
    ]);
  });
});
