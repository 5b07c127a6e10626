import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { shippedFor } from '../support/shipped-stack.ts';
import { skipBecause } from '../support/skip.ts';
import { StackPlace } from '../support/stack-place.ts';
import { testEngine } from '../support/test-engine.ts';

describe('the monitoring stack as shipped, from nothing', function () {
  this.timeout(180_000);
  let stack: StackPlace;
  let operator: Operator;

  before(async function () {
    stack = await StackPlace.open(this, 'stack');
    const exporter = (await testEngine())?.images['adguard-exporter'];
    if (exporter?.available !== true) return skipBecause(this, exporter?.reason ?? 'no image of the exporter');
    const files = shippedFor(stack, {
      CertificateAuthority: { create: true },
      // Nothing on this machine is a port that other tests may not have.
      Traefik: { ports: { web: 0, websecure: 0 } },
      Prometheus: { scrapeInterval: '2s', scrapeTimeout: '2s' },
      AdGuardExporter: { image: exporter.reference, adguard: undefined },
    });
    for (const [file, manifests] of Object.entries(files)) stack.place.desired.write(file, ...manifests);
    operator = stack.start();
  });

  after(() => stack?.close());

  function waitingAt(gate: string): Promise<unknown> {
    return operator.until((status) => {
      expect(status.gates.find(({ key }) => key === `Gate/${gate}`)?.awaitingHuman, gate).to.equal(true);
    }, 3 * PATIENCE);
  }

  /** Every member has come up, as Prometheus sees it. */
  async function allUp(...jobs: readonly string[]): Promise<void> {
    const wanted = Object.fromEntries(jobs.map((job) => [job, 1]));
    await operator.until(async () => expect(await stack.up()).to.deep.equal(wanted), 2 * PATIENCE);
  }

  it('touches nothing before the first gate', async () => {
    await waitingAt('preconditions');
    expect(await stack.place.containers()).to.deep.equal({});
    const networks = (await stack.place.engine.listNetworks()).map(({ Name }) => Name);
    expect(networks.filter((name) => name.includes(stack.place.instance))).to.deep.equal([]);
    for (const directory of ['etc', 'opt']) expect(readdirSync(join(stack.root, directory))).to.deep.equal([]);
  });

  it('brings up certificates, Traefik and a Prometheus that scrapes it, and halts again', async () => {
    stack.place.touch('preconditions.ok');
    await waitingAt('metrics-visible');
    expect(Object.keys(await stack.place.containers())).to.deep.equal(['prometheus', 'traefik']);
    await allUp('bastion', 'prometheus', 'traefik');
  });

  it('brings up the exporters behind the second gate', async () => {
    stack.place.touch('metrics-visible.ok');
    await allUp('adguard-exporter', 'bastion', 'node-exporter', 'prometheus', 'traefik');
  });
});
