import { mkdirSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatAddress, parseAddress } from '../../../src/exporter/zones/address.ts';
import { compareWithFirewalld } from '../../../src/exporter/zones/firewalld.ts';
import { formatSubnet, parseSubnet } from '../../../src/exporter/zones/subnet.ts';
import { ZoneTable } from '../../../src/exporter/zones/zone-table.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('zones of the exporter', () => {
  const table = new ZoneTable([
    { name: 'external', subnets: ['0.0.0.0/0', '::/0'] },
    { name: 'trusted', subnets: ['127.0.0.0/8', '::1', '172.16.0.0/12', '100.64.0.0/10'] },
    { name: 'underlay', subnets: ['192.168.1.0/24', 'fd12:3456::/32'] },
    { name: 'iot', subnets: ['192.168.1.128/25', '192.168.1.7/32', 'fd12:3456:0:1::/64'] },
  ]);

  for (const [address, zone] of [
    ['192.168.1.5', 'underlay'],
    ['192.168.1.7', 'iot'],
    ['192.168.1.200', 'iot'],
    ['::ffff:192.168.1.5', 'underlay'],
    ['::ffff:c0a8:107', 'iot'],
    ['8.8.8.8', 'external'],
    ['255.255.255.255', 'external'],
    ['172.31.255.255', 'trusted'],
    ['172.32.0.0', 'external'],
    ['::1', 'trusted'],
    ['::2', 'external'],
    ['fd12:3456::1', 'underlay'],
    ['FD12:3456:0:1::1', 'iot'],
    ['fe80::1%eth0', 'external'],
    ['192.168.1', 'unknown'],
    ['', 'unknown'],
    ['a, b', 'unknown'],
  ] as const)
    it(`puts ${JSON.stringify(address)} into ${zone}`, () => expect(table.locate(address).zone).to.equal(zone));

  it('says unknown where no subnet holds the address', () => {
    expect(new ZoneTable([{ name: 'lan', subnets: ['10.0.0.0/8'] }]).locate('11.0.0.1').zone).to.equal('unknown');
    expect(new ZoneTable([]).locate('::1')).to.deep.equal({ address: '::1', zone: 'unknown' });
  });

  it('gives every address one spelling', () => {
    for (const [text, spelling] of [
      ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['1::', '1::'],
      ['::ffff:1.2.3.4', '1.2.3.4'],
      ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
      ['fe80::1%eth0', 'fe80::1'],
    ] as const)
      expect(table.locate(text).address, text).to.equal(spelling);
  });

  it('answers the same for an address that it has forgotten meanwhile', () => {
    for (let round = 0; round < 2; round++)
      for (let host = 0; host < 5000; host++)
        expect(table.locate(`10.0.${host >> 8}.${host & 255}`).zone).to.equal('external');
    expect(table.locate('x'.repeat(10_000))).to.deep.equal({ address: 'invalid', zone: 'unknown' });
  });

  it('agrees with the system on any subnets and addresses', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.array(fc.tuple(ip, fc.nat(128)), { minLength: 1, maxLength: 8 }), ip, (drafts, address) => {
        const subnets = drafts.map(([base, length]) => `${base}/${base.includes(':') ? length : length % 33}`);
        const parsed = parseAddress(address);
        if (parsed === undefined) throw new Error(`no address: ${address}`);
        const family = parsed.family === 4 ? 'ipv4' : 'ipv6';
        const holders = subnets
          .map(parseSubnet)
          .filter((subnet) => subnet !== undefined)
          .filter((subnet) => {
            if (subnet.address.family !== parsed.family) return false;
            const list = new BlockList();
            list.addSubnet(formatAddress(subnet.address), subnet.prefix, family);
            return list.check(formatAddress(parsed), family);
          })
          .sort((a, b) => b.prefix - a.prefix);
        const zones = subnets.map((subnet) => ({ name: formatSubnet(parseSubnet(subnet)!), subnets: [subnet] }));
        const want = holders[0] === undefined ? 'unknown' : formatSubnet(holders[0]);
        expect(new ZoneTable(zones).locate(address).zone).to.equal(want);
      }),
    );
  });

  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/a',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '',
    '::ffff:1.2.3.4/64',
  ])
    it(`takes ${JSON.stringify(text)} for no subnet`, () => expect(parseSubnet(text)).to.equal(undefined));

  describe('beside firewalld', () => {
    const directory = temporaryDirectory('firewalld');

    it('counts subnets that only one of both has, however they are spelled', async () => {
      writeFileSync(
        join(directory(), 'lan.xml'),
        `<?xml version="1.0"?><zone><short>lan</short>
         <!-- <source address="10.9.0.0/16"/> -->
         <source address="192.168.1.7/24"/><source family='ipv6' address='FD00::/8'/><source mac="aa:bb"/></zone>`,
      );
      writeFileSync(join(directory(), 'guest.xml'), '<zone><source address="192.168.9.0/24"/></zone>');
      writeFileSync(join(directory(), 'drop.xml'), '<zone target="DROP"/>');
      const zones = [
        { name: 'lan', subnets: ['192.168.1.0/24', '10.0.0.0/8'] },
        { name: 'vpn', subnets: ['100.64.0.0/10'] },
      ];
      expect(await compareWithFirewalld(zones, directory())).to.deep.equal([
        { zone: 'guest', missing: 0, extra: 1 },
        { zone: 'lan', missing: 1, extra: 1 },
        { zone: 'vpn', missing: 1, extra: 0 },
      ]);
    });

    it('rejects when there is no such directory', async () => {
      const error: unknown = await compareWithFirewalld([], join(directory(), 'none')).catch(
        (reason: unknown) => reason,
      );
      expect(String(error)).to.match(/ENOENT/);
      mkdirSync(join(directory(), 'none'));
      expect(await compareWithFirewalld([], join(directory(), 'none'))).to.deep.equal([]);
    });
  });
});
