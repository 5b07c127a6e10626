import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openedFileProblem } from '../../../src/desired/policy/notification-files.ts';
import type { NotificationSpec } from '../../../src/model/notification-spec.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, writeFiles } from './desired-directory.ts';

const PHONE = '{type: ntfy, url: "https://ntfy.lab/", topic: bastion, tokenFile: /etc/bastion/secrets/ntfy}';

describe('whom the Bastion has notified', () => {
  const directory = temporaryDirectory('notifications');

  function read(receivers: string, more = ''): Promise<DesiredState> {
    const notifications = `{receivers: ${receivers}${more}}`;
    writeFiles(directory(), {
      'bastion.yaml': manifest('Bastion', 'demo', `\n  notifications: ${notifications}`),
      'web.yaml': container('web'),
    });
    return load(directory());
  }

  async function accepted(receivers: string, more = ''): Promise<NotificationSpec> {
    const state = await read(receivers, more);
    expect(lines(state)).to.deep.equal([]);
    return state.bastion.notifications as NotificationSpec;
  }

  it('is nobody when it does not say so', async () => {
    writeFiles(directory(), { 'a.yaml': manifest('Bastion', 'demo'), 'web.yaml': container('web') });
    expect((await load(directory())).bastion).to.not.have.property('notifications');
  });

  it('is read into its normal form, sorted, with defaults', async () => {
    const spec = await accepted(`{phone: ${PHONE}, mail: {type: command, command: [tell, --loud], on: [halted]}}`);
    expect(spec).to.deep.equal({
      settle: 30_000,
      unreachableAfter: 120_000,
      certificateExpiry: [7, 3, 1].map((days) => days * 86_400_000),
      receivers: [
        { name: 'mail', type: 'command', command: ['tell', '--loud'], on: ['halted'], timeout: 10_000 },
        {
          name: 'phone',
          type: 'ntfy',
          address: { url: 'https://ntfy.lab/' },
          topic: 'bastion',
          tokenFile: '/etc/bastion/secrets/ntfy',
          timeout: 10_000,
        },
      ],
    });
    const slack = '{team: {type: slack, urlFile: /etc/bastion/secrets/slack, authorityFile: /etc/pki/ca.crt}}';
    const more = ', settle: 1m, certificateExpiry: [1d, 14d, 24h], link: "https://bastion.lab/"';
    expect(await accepted(slack, more)).to.deep.include({
      settle: 60_000,
      certificateExpiry: [14, 1].map((days) => days * 86_400_000),
      link: 'https://bastion.lab/',
    });
  });

  const REFUSED: [what: string, receivers: string, found: RegExp][] = [
    ['no address', '{a: {type: webhook}}', /receivers\.a: needs url or urlFile/],
    ['two addresses', '{a: {type: webhook, url: "https://x/", urlFile: /srv/u}}', /has both url and urlFile/],
    ['an address that is none', '{a: {type: webhook, url: "https://["}}', /url: is not an address/],
    [
      'a password in an address',
      '{a: {type: webhook, url: "https://u:p4ssw0rd@x/"}}',
      /url: holds credentials.*no-secrets-in-manifest/,
    ],
    [
      'a token in an address',
      '{a: {type: webhook, url: "https://x/?token=abcdef123456"}}',
      /url: token holds a secret/,
    ],
    [
      'an address of Slack in git',
      '{a: {type: slack, url: "https://hooks.slack.com/services/T/B/x"}}',
      /url: of Slack .*urlFile/,
    ],
    [
      'a token over plain HTTP',
      '{a: {type: webhook, url: "http://x/", tokenFile: /srv/t}}',
      /in clear text: use https/,
    ],
    ['ntfy without a topic', '{a: {type: ntfy, url: "https://x/"}}', /topic: is missing/],
    ['a topic of a webhook', '{a: {type: webhook, url: "https://x/", topic: t}}', /topic: means nothing for webhook/],
    [
      'a file outside the allowed roots',
      '{a: {type: webhook, url: "https://x/", tokenFile: /elsewhere/token}}',
      /tokenFile: .*lies outside the allowed roots/,
    ],
    ...['tokenFile', 'urlFile', 'authorityFile'].map((field): [string, string, RegExp] => [
      `a ${field} of root`,
      `{a: {type: webhook, ${field === 'urlFile' ? '' : 'url: "https://x/", '}${field}: /root/.token}}`,
      new RegExp(`${field}: /root/.token gives control over the host.*allowed-roots`),
    ]),
    ['a command without a program', '{a: {type: command}}', /command: is missing/],
    [
      'a command by its path',
      '{a: {type: command, command: [/bin/sh, -c, reboot]}}',
      /must begin with a plain file name/,
    ],
    ['a command that climbs', '{a: {type: command, command: [..]}}', /must begin with a plain file name/],
    [
      'an address of a command',
      '{a: {type: command, command: [x], url: "https://x/"}}',
      /url: means nothing for a command/,
    ],
    [
      'a command of a webhook',
      '{a: {type: webhook, url: "https://x/", command: [x]}}',
      /command: means nothing for webhook/,
    ],
    [
      'a time for one try that is too long',
      '{a: {type: command, command: [x], timeout: 5m}}',
      /timeout: is longer than 2m/,
    ],
    ['a kind of news that there is not', '{a: {type: command, command: [x], on: [panic]}}', /receivers\.a\.on\[0\]/],
    ['a name with capitals', '{Phone: {type: command, command: [x]}}', /receivers\.Phone: is no name of a receiver/],
    ['a key that there is not', '{a: {type: command, command: [x], retries: 3}}', /retries/],
  ];
  for (const [what, receivers, found] of REFUSED)
    it(`refuses ${what}, and says where`, async () => {
      // Without an earlier version everything else waits, which is said, too.
      const said = lines(await read(receivers)).filter((line) => !line.includes('the Bastion resource is broken'));
      expect(said, said.join('\n')).to.have.lengthOf(1);
      expect(said[0])
        .to.match(/^bastion\.yaml:\d+:\d+ /)
        .and.match(found);
      expect(said[0]).to.not.match(/p4ssw0rd|abcdef123456/);
    });

  describe('where its files lead', () => {
    const host = temporaryDirectory('notification-files');

    async function findings(file: string, more = '', options: { root?: string; reserved?: string[] } = {}) {
      const receivers = `{a: {type: webhook, url: "https://x/", tokenFile: ${file}}}`;
      writeFiles(directory(), {
        'bastion.yaml': manifest(
          'Bastion',
          'demo',
          `\n  allowedRoots: ["${host()}", /opt]\n  notifications: {receivers: ${receivers}}`,
        ),
        'web.yaml': container('web', more),
      });
      return lines(await load(directory(), options)).filter((line) => !line.includes('the Bastion resource is broken'));
    }

    it('must be within the allowed roots, too', async () => {
      const outside = temporaryPath(host(), 'out');
      symlinkSync('/etc/shadow', outside);
      expect((await findings(outside)).join())
        .to.match(/^bastion\.yaml:\d+:\d+ .*tokenFile: .*which leads to \/etc\/shadow/)
        .and.contain('allowed-roots');
      expect(await findings(join(host(), 'token'))).to.deep.equal([]);
    });

    it('must not be where the operator and its human keep things', async () => {
      const state = temporaryPath(host(), 'state');
      mkdirSync(state);
      const link = temporaryPath(host(), 'link');
      symlinkSync(state, link);
      for (const file of [join(state, 'memory.json'), join(link, 'memory.json')])
        expect((await findings(file, '', { reserved: [state] })).join()).to.match(/tokenFile: .*reserved-places/);
    });

    it('must not be where a container could exchange it', async () => {
      const mounted = `volumes: ["${join(host(), 'data')}:/data"]`;
      expect((await findings(join(host(), 'data', 'token'), mounted)).join())
        .to.match(/^bastion\.yaml:\d+:\d+ .*tokenFile: .*Container\/web may write/)
        .and.contain('exchangeable-source');
      expect(await findings(join(host(), 'data', 'token'), mounted.replace(':/data', ':/data:ro'))).to.deep.equal([]);
      const options = { root: join(host(), 'root') };
      expect(await findings('/opt/a/token', 'volumes: ["/opt/a:/a"]', options)).to.have.lengthOf(1);
    });

    it('is judged again of what was opened', () => {
      const look = { bastion: { allowedRoots: ['/opt', '/etc/pki'] }, root: '', reserved: ['/opt/state'] };
      const judge = (opened: string, isPublic = false) => openedFileProblem('/opt/token', opened, isPublic, look);
      expect(judge('/opt/elsewhere/token')).to.equal(undefined);
      expect(judge('/etc/shadow')).to.contain('which leads to /etc/shadow');
      expect(judge('/data/token')).to.contain('leaves the allowed roots');
      expect(judge('/opt/state/memory.json')).to.contain('must not be read');
      expect(judge('/etc/pki/ca.crt', true)).to.equal(undefined);
    });

    it('is judged without touching an allowed root whose file system does not answer', () => {
      const nas = temporaryPath(directory(), 'nas');
      symlinkSync('/srv', nas);
      const look = { bastion: { allowedRoots: [nas, '/opt'] }, root: '', reserved: [] };
      const silenceAt = (path: string) => (path === nas ? 'it does not answer' : undefined);
      expect(openedFileProblem(`${nas}/token`, '/srv/token', false, look)).to.equal(undefined);
      expect(openedFileProblem(`${nas}/token`, '/srv/token', false, { ...look, silenceAt })).to.contain(
        'leads to /srv',
      );
      expect(openedFileProblem('/opt/token', '/opt/token', false, { ...look, silenceAt })).to.equal(undefined);
    });
  });

  it('keeps those of before while the Bastion is broken', async () => {
    const good = await read(`{phone: ${PHONE}}`);
    await read('{phone: {type: ntfy}}');
    const broken = await load(directory(), { previous: good });
    expect(broken.bastion.notifications).to.deep.equal(good.bastion.notifications);
  });
});

/** A path that is not there. */
function temporaryPath(directory: string, name: string): string {
  const path = join(directory, name);
  rmSync(path, { recursive: true, force: true });
  return path;
}
