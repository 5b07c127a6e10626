import { expect } from 'chai';
import { diffFields } from '../../../src/model/diff-fields.ts';
import type { NetworkSpec } from '../../../src/model/specs.ts';
import { observedNetwork } from '../../../src/observe/networks.ts';
import { observedVolume } from '../../../src/observe/volumes.ts';
import { observedImage } from '../../../src/observe/images.ts';
import { comparableNetworkFields, networkFields } from '../../../src/plan/network-fields.ts';
import { volumeFields } from '../../../src/plan/volume-fields.ts';
import { networkInspect, ownedLabels } from './sample-host.ts';

const PLAIN: NetworkSpec = {
  driver: 'bridge',
  internal: false,
  attachable: false,
  enable_ipv6: false,
  external: false,
  adopt: false,
};

describe('network fields', () => {
  const changes = (spec: NetworkSpec, network: ReturnType<typeof networkInspect>): string[] =>
    diffFields(networkFields(spec), comparableNetworkFields(spec, observedNetwork(network).fields)).map(
      ({ path }) => path,
    );

  it('are empty at the defaults, whatever pool the engine chose', () => {
    expect(networkFields(PLAIN)).to.deep.equal({});
    expect(changes(PLAIN, networkInspect('n', 'front'))).to.deep.equal([]);
  });

  it('name every difference, and leave own labels out', () => {
    const network = networkInspect('n', 'front', {
      Driver: 'macvlan',
      Internal: true,
      Attachable: true,
      EnableIPv6: true,
      Options: { mtu: '1400' },
      Labels: { ...ownedLabels('Network/front'), team: 'a' },
    });
    expect(changes(PLAIN, network)).to.deep.equal([
      'attachable',
      'driver',
      'driver_opts.mtu',
      'enable_ipv6',
      'internal',
      'labels.team',
    ]);
    expect(observedNetwork(network).owner?.key).to.equal('Network/front');
  });

  it('compare pools in any order, and gateways only where they are declared', () => {
    const spec: NetworkSpec = {
      ...PLAIN,
      ipam: {
        config: [
          { subnet: '10.2.0.0/24', gateway: '10.2.0.9' },
          { subnet: '10.1.0.0/24', aux_addresses: { nas: '10.1.0.7' } },
        ],
      },
    };
    const pools = [
      { Subnet: '10.1.0.0/24', Gateway: '10.1.0.1', AuxiliaryAddresses: { nas: '10.1.0.7' } },
      { Subnet: '10.2.0.0/24', Gateway: '10.2.0.9' },
    ];
    const live = (Config: typeof pools) => networkInspect('n', 'front', { IPAM: { Driver: 'default', Config } });
    expect(changes(spec, live(pools))).to.deep.equal([]);
    expect(changes(spec, live(pools.map((pool) => ({ ...pool, Gateway: '10.1.0.1' }))))).to.deep.equal(['ipam.config']);
    expect(changes(spec, live(pools.slice(1)))).to.deep.equal(['ipam.config']);
  });

  it('leave the pool to the engine when only an IPAM driver is declared', () => {
    const spec: NetworkSpec = { ...PLAIN, ipam: { driver: 'default', config: [] } };
    expect(changes(spec, networkInspect('n', 'front'))).to.deep.equal([]);
  });
});

describe('volume fields', () => {
  it('are the same from the spec and from the engine', () => {
    const spec = {
      driver: 'local',
      driver_opts: { type: 'nfs' },
      labels: { team: 'a' },
      external: false,
      adopt: false,
    };
    const volume = observedVolume({
      Name: 'data',
      Driver: 'local',
      CreatedAt: '2026-01-01T00:00:00Z',
      Options: { type: 'nfs' },
      Labels: { team: 'a', ...ownedLabels('Volume/data') },
    });
    expect(volume.fields).to.deep.equal(volumeFields(spec));
    expect(volume).to.deep.include({ createdAt: '2026-01-01T00:00:00Z' });
    expect(observedVolume({ Name: 'x', Driver: 'nfs', Options: null, Labels: null }).fields).to.deep.equal({
      driver: 'nfs',
    });
  });
});

describe('observedImage', () => {
  it('leaves out what an image does not set', () => {
    const image = observedImage({
      Id: 'sha256:1',
      Os: 'linux',
      Architecture: 'arm',
      Variant: 'v7',
      Config: {
        Cmd: ['run'],
        Entrypoint: null,
        Healthcheck: { Test: ['CMD', 'x'], Interval: 0 },
        ExposedPorts: { '80/tcp': {} },
      },
    });
    expect(image.platform).to.equal('linux/arm/v7');
    expect(image.config).to.deep.equal({
      cmd: ['run'],
      env: [],
      labels: {},
      user: '',
      workingDir: '',
      stopSignal: '',
      exposedPorts: ['80/tcp'],
      volumes: [],
      healthcheck: { test: ['CMD', 'x'] },
    });
  });
});
