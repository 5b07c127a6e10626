import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { formsOf, found } from '../support/needles.ts';
import { Webhook, type Received } from '../support/notify/webhook.ts';
import { PATIENCE } from '../support/operator.ts';
import { makeAuthority } from '../support/test-authority.ts';
import { Workplace } from '../support/workplace.ts';

const TOKEN = 'tk_0123456789abcdef0123456789';

describe('notifications of a real operator', function () {
  this.timeout(120_000);
  let place: Workplace;
  let hook: Webhook;
  let url: string;

  before(async function () {
    place = await Workplace.open(this, 'notify');
    const authority = await makeAuthority('test');
    hook = new Webhook(await authority.issue('127.0.0.1'));
    url = await hook.listen();
    writeFileSync(join(place.directory, 'ca.crt'), authority.certificate);
    writeFileSync(join(place.directory, 'token'), `${TOKEN}\n`, { mode: 0o600 });
    mkdirSync(commands(), { mode: 0o755 });
    const program = join(commands(), 'tell');
    writeFileSync(program, `#!/bin/sh\ncat >> "$1"\n`);
    chmodSync(program, 0o755);
    place.desired.write('00-bastion.yaml', bastion());
    place.desired.write(
      '10-stack.yaml',
      place.container('early'),
      manifest('Gate', 'seen', { checklist: ['you saw it'], dependsOn: [`Container/${place.name('early')}`] }),
      place.container('late', { dependsOn: ['Gate/seen'] }),
    );
  });
  after(async () => {
    await hook?.close();
    await place?.close();
  });

  const commands = (): string => join(place.directory, 'notify');
  const told = (): string => join(place.directory, 'told');
  const flags = (): { flags: string[] } => ({ flags: ['--notify-commands', commands()] });

  function bastion(): Manifest {
    const files = { tokenFile: join(place.directory, 'token'), authorityFile: join(place.directory, 'ca.crt') };
    const receivers = {
      phone: { type: 'ntfy', url, topic: 'alerts', ...files },
      pager: { type: 'command', command: ['tell', told()], on: ['recovered'] },
    };
    return place.bastion({ notifications: { settle: '1s', link: 'https://bastion.lab/', receivers } });
  }

  /** Titles that came, without the installation's name. */
  function titles(): string[] {
    return hook.received.map(({ body }) => String(body['title']).replace(`${place.instance}: `, ''));
  }

  function until(check: (received: readonly Received[]) => void): Promise<void> {
    return eventually(() => check(hook.received), { within: PATIENCE, every: 50 });
  }

  it('tells once of a gate, of what is degraded and of its recovery, also when the operator is started again', async () => {
    let operator = place.start(flags());
    await until((received) => expect(received).to.have.lengthOf(1));
    expect(hook.received[0]?.headers).to.include({ authorization: `Bearer ${TOKEN}` });
    expect(hook.received[0]?.body).to.deep.include({
      topic: 'alerts',
      title: `${place.instance}: halted at gate seen: it is your turn`,
      tags: ['raised_hand', 'halted'],
      click: 'https://bastion.lab/',
    });
    const message = String(hook.received[0]?.body['message']);
    expect(message).to.contain('[ ] you saw it').and.contain(`touch ${place.gates}/seen.ok`);

    // It is still the human's turn, and they know.
    await operator.stop();
    operator = place.start(flags());
    await operator.result('waiting');
    place.touch('seen.ok');
    await operator.result('converged');
    expect(titles()).to.deep.equal(['halted at gate seen: it is your turn']);

    const broken = place.container('late', { dependsOn: ['Gate/seen'], command: ['false'], healthyWithin: '1s' });
    place.desired.write('20-more.yaml', { ...broken, metadata: { name: place.name('bad') } });
    const bad = `Container/${place.name('bad')}`;
    await until(() => expect(titles()).to.include(`${bad} is degraded`));
    place.desired.write('20-more.yaml', { ...place.container('bad'), metadata: { name: place.name('bad') } });
    await until(() => expect(titles().at(-1)).to.equal(`${bad} recovered`));
    await operator.result('converged');
    expect(titles()).to.deep.equal(['halted at gate seen: it is your turn', `${bad} is degraded`, `${bad} recovered`]);
    // It is there before it has its line.
    await until(() => {
      const lines = readFileSync(told(), 'utf8').trim().split('\n');
      expect(lines).to.have.lengthOf(1);
      expect(JSON.parse(lines[0] ?? '')).to.include({ kind: 'recovered', instance: place.instance });
    });

    expect((await place.command('notify', ['test', 'phone'])).stdout).to.contain('phone took it');
    expect(titles().at(-1)).to.equal('a test');
    expect(await place.command('notify', ['test', 'fax'])).to.include({ code: 1 });
    await operator.stop();
    expect(
      found(operator.output + readFileSync(join(place.state, 'notifications.json'), 'utf8'), { token: formsOf(TOKEN) }),
    ).to.deep.equal([]);
  });

  it('tries a receiver by itself where no operator runs, and says so and why it failed', async () => {
    const sent = await place.command('notify', ['test', 'phone']);
    expect(sent).to.include({ code: 0 });
    expect(sent.stderr).to.contain('no operator runs');
    hook.answer = (response) => response.writeHead(403).end();
    const refused = await place.command('notify', ['test', 'phone', '--json']);
    expect(refused.code).to.equal(1);
    expect(JSON.parse(refused.stdout)).to.have.nested.property('results.phone.type', 'refused');
    expect((await place.command('notify', ['test', 'pager'])).stdout).to.contain('there is no program');
  });

  it('refuses a manifest that would write a command', async () => {
    const path = join(commands(), 'mine');
    place.desired.write('30-evil.yaml', manifest('File', 'evil', { path, content: '#!/bin/sh\n', mode: '0755' }));
    const refused = await place.command('validate', [], flags());
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain(`${commands()} belongs to the operator and its human`);
  });
});
