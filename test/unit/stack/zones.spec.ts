import { expect } from 'chai';
import { rangeIdentity } from '../../../src/stack/address-range.ts';
import { renderNetworkZone } from '../../../src/stack/network-zone.ts';
import { zonesOf } from '../../../src/stack/zones.ts';
import { stackHouse } from '../../support/stack-house.ts';

describe('the zones of the house', () => {
  it('are those of the Bastion and every NetworkZone, sorted, and one where the names are equal', async () => {
    const house = await stackHouse(`
kind: Bastion
metadata: {name: bastion}
spec: {zones: {underlay: [192.168.1.0/24], external: [0.0.0.0/0, "::/0"]}}
---
kind: NetworkZone
metadata: {name: trusted}
spec: {cidrs: [127.0.0.0/8, 100.64.0.0/10]}
---
kind: NetworkZone
metadata: {name: underlay}
spec: {cidrs: ["fd00:1::/64", 192.168.1.0/24]}
`);
    expect(zonesOf(house)).to.deep.equal({
      zones: [
        { name: 'external', subnets: ['0.0.0.0/0', '::/0'] },
        { name: 'trusted', subnets: ['100.64.0.0/10', '127.0.0.0/8'] },
        { name: 'underlay', subnets: ['192.168.1.0/24', 'fd00:1::/64'] },
      ],
      problems: [],
    });
  });

  it('leave out what is no range or belongs to another zone, and each resource says so of itself only', async () => {
    const house = await stackHouse(`
kind: Bastion
metadata: {name: bastion}
spec: {zones: {underlay: [192.168.1.0/24], guests: [10.0.0.0/33]}}
---
kind: NetworkZone
metadata: {name: iot}
spec: {cidrs: [192.168.1.77/24, 10.9.0.0/16, eth0]}
---
kind: NetworkZone
metadata: {name: other}
spec: {cidrs: [10.8.0.0/16]}
`);
    const { zones, problems } = zonesOf(house);
    expect(zones).to.deep.equal([
      { name: 'guests', subnets: [] },
      { name: 'iot', subnets: ['10.9.0.0/16'] },
      { name: 'underlay', subnets: ['192.168.1.0/24'] },
    ]);
    expect(
      problems.map(({ networkZone, path, message }) => `${networkZone ?? 'Bastion'} ${path.join('.')}: ${message}`),
    ).to.deep.equal([
      'Bastion spec.zones.guests.0: `10.0.0.0/33` is not an address range: write address/prefix, such as 192.168.1.0/24 or fd00:1::/64',
      'iot spec.cidrs.0: 192.168.1.77/24 belongs to the zone underlay already: a range can be in one zone only',
      'iot spec.cidrs.2: `eth0` is not an address range: write address/prefix, such as 192.168.1.0/24 or fd00:1::/64',
      'other metadata.name: a zone cannot be called other, which means what is in no zone',
    ]);
    const [iot, other] = house.stack.NetworkZone.map((zone) => renderNetworkZone(zone, house).problems);
    expect(iot?.map(({ path }) => path)).to.deep.equal([
      ['spec', 'cidrs', 0],
      ['spec', 'cidrs', 2],
    ]);
    expect(other).to.have.length(1);
  });

  it('are at most as many as the exporter takes', async () => {
    const documents = Array.from({ length: 18 }, (_, index) => {
      const name = `z${String(index).padStart(2, '0')}`;
      return `kind: NetworkZone\nmetadata: {name: ${name}}\nspec: {cidrs: [10.${index}.0.0/16]}\n`;
    });
    const { zones, problems } = zonesOf(await stackHouse(documents.join('---\n')));
    expect(zones).to.have.length(16);
    expect(problems.map(({ networkZone }) => networkZone)).to.deep.equal(['z16', 'z17']);
  });
});

describe('the identity of an address range', () => {
  for (const [one, other] of [
    ['192.168.1.7/24', '192.168.1.0/24'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['fd00:0:0::1/64', 'fd00::/64'],
    ['::ffff:10.0.0.1', '::ffff:a00:1/128'],
    ['0.0.0.0/0', '255.1.1.1/0'],
  ] as const)
    it(`is the same for ${one} and ${other}`, () => {
      expect(rangeIdentity(one)).to.be.a('string').and.equal(rangeIdentity(other));
    });

  for (const [one, other] of [
    ['0.0.0.0/0', '::/0'],
    ['10.0.0.0/8', '10.0.0.0/9'],
    ['fd00::/64', 'fd00:0:0:1::/64'],
  ] as const)
    it(`differs between ${one} and ${other}`, () => {
      expect(rangeIdentity(one)).not.to.equal(rangeIdentity(other));
    });

  for (const text of [
    '',
    'eth0',
    '10.0.0/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8/9',
    '10.0.0.0/-1',
    'fe80::1%eth0/64',
  ])
    it(`is none for ${JSON.stringify(text)}`, () => {
      expect(rangeIdentity(text)).to.equal(undefined);
    });
});
