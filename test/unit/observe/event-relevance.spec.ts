import { expect } from 'chai';
import type { EngineEvent } from '../../../src/engine/wire.ts';
import { eventInterest, matters } from '../../../src/observe/event-relevance.ts';
import { desiredState, ownedLabels, resource } from './sample-host.ts';

const INTEREST = eventInterest(
  desiredState(
    resource('Container', 'web', {
      image: 'registry.local:5000/tools/app:1@sha256:abc',
      networks: { lan: { aliases: [] } },
      volumes: [{ type: 'volume', source: 'uploads', target: '/u' }],
    }),
    resource('Container', 'tail', { image: 'busybox', network_mode: 'container:vpn' }),
    resource('Network', 'front', { external: false }),
    resource('Network', 'house', { external: true }),
    resource('Volume', 'data', { external: false }),
    resource('Volume', 'photos', { external: true }),
    resource('File', 'conf', { path: '/c', check: { image: 'checker:2' } }),
  ),
  'home',
);

describe('which events matter', () => {
  const told = (Type: EngineEvent['Type'], Action: string, ID: string, Attributes: Record<string, string> = {}) =>
    matters({ Type, Action, Actor: { ID, Attributes } }, INTEREST, (id) => id.startsWith('known'));

  const cases: readonly (readonly [boolean, string, boolean])[] = [
    [true, 'a container of our instance', told('container', 'die', 'x', { name: 'a', ...ownedLabels('Container/a') })],
    [false, "another instance's", told('container', 'die', 'x', { name: 'a', ...ownedLabels('Container/a', 'else') })],
    [false, 'a foreign container', told('container', 'start', 'x', { name: 'job-1', image: 'busybox' })],
    [true, 'a container with a wanted name', told('container', 'create', 'x', { name: 'web' })],
    [true, 'a container with its temporary name', told('container', 'destroy', 'x', { name: 'web.next' })],
    [true, 'a container with its retired name', told('container', 'stop', 'x', { name: 'web.old-0123456789ab' })],
    [false, 'a name that only begins alike', told('container', 'create', 'x', { name: 'website' })],
    [true, 'a rename to a wanted name', told('container', 'rename', 'x', { name: 'web', oldName: '/a' })],
    [true, 'a rename from a wanted name', told('container', 'rename', 'x', { name: 'a', oldName: '/web' })],
    [true, 'a foreign container whose namespace is shared', told('container', 'start', 'x', { name: 'vpn' })],
    [true, 'a container known from before', told('container', 'die', 'known', { name: 'a' })],
    [true, 'a container without a name', told('container', 'prune', '')],
    [true, 'a wanted network', told('network', 'create', 'n', { name: 'front' })],
    [true, 'an external network', told('network', 'destroy', 'n', { name: 'house' })],
    [true, 'a network that only a container names', told('network', 'create', 'n', { name: 'lan' })],
    [true, 'a foreign one joins our network', told('network', 'connect', 'n', { name: 'front', container: 'x' })],
    [true, 'ours joins a foreign network', told('network', 'connect', 'n', { name: 'ci', container: 'known' })],
    [false, 'foreign joins foreign', told('network', 'connect', 'n', { name: 'ci', container: 'x' })],
    [false, 'a foreign network', told('network', 'create', 'n', { name: 'ci', type: 'bridge' })],
    [true, 'a network known from before', told('network', 'destroy', 'known', { name: 'left-over' })],
    [true, 'networks pruned', told('network', 'prune', '', { reclaimed: '0' })],
    [true, 'a wanted volume', told('volume', 'destroy', 'data')],
    [true, 'an external volume', told('volume', 'create', 'photos')],
    [true, 'a volume that only a container names', told('volume', 'create', 'uploads')],
    [true, 'a volume known from before', told('volume', 'destroy', 'known-data')],
    [false, 'a foreign volume', told('volume', 'create', 'ci-cache', { driver: 'local' })],
    [true, 'volumes pruned', told('volume', 'prune', '', { reclaimed: '0' })],
    [true, 'a wanted image pulled', told('image', 'pull', 'busybox:latest', { name: 'busybox' })],
    [true, 'pulled for a check', told('image', 'pull', 'checker:2', { name: 'checker' })],
    [true, 'another tag of a wanted repository', told('image', 'pull', 'registry.local:5000/tools/app:2')],
    [false, 'a foreign image pulled', told('image', 'pull', 'node:20', { name: 'node' })],
    [true, 'tagged as wanted', told('image', 'tag', 'sha256:1', { name: 'busybox:latest' })],
    [false, 'tagged as something else', told('image', 'tag', 'sha256:1', { name: 'ci/build:77' })],
    [true, 'a known image tagged', told('image', 'tag', 'known', { name: 'ci/build:77' })],
    [true, 'a known image untagged', told('image', 'untag', 'known', { name: 'known' })],
    [false, 'a foreign image deleted', told('image', 'delete', 'sha256:1', { name: 'sha256:1' })],
    [true, 'images loaded: their names are not told', told('image', 'load', 'sha256:1', { name: 'sha256:1' })],
  ];
  for (const [expected, title, found] of cases)
    it(`${expected ? 'does' : 'does not'}: ${title}`, () => expect(found).to.equal(expected));
});
