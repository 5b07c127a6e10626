import { expect } from 'chai';
import { compose } from '../../../src/notify/compose.ts';
import type { News, Told } from '../../../src/notify/decide.ts';
import { genericBody } from '../../../src/notify/format/generic.ts';
import { ntfyBody } from '../../../src/notify/format/ntfy.ts';
import { slackBody } from '../../../src/notify/format/slack.ts';
import { notificationVariables } from '../../../src/notify/format/variables.ts';
import type { Problem } from '../../../src/notify/problem.ts';
import { sampleNotification } from '../../support/notify/sample-notification.ts';
import { NOW } from '../../support/trace-events.ts';

const CONTEXT = { instance: 'demo', at: NOW, link: 'https://bastion.lab/' };

function degraded(name: string, more: Partial<Problem> = {}): News {
  const id = `Container/${name}`;
  const told = { kind: 'degraded', stage: '', rank: 1, settle: 0, priority: 4 } as const;
  const problem = { id, title: `${id} is degraded`, message: 'why', subjects: [id], ...told, ...more };
  return { type: 'problem', since: NOW, problem };
}

function recovered(name: string, more: Partial<Told> = {}): News {
  const id = `Container/${name}`;
  const told = { kind: 'degraded', stage: '', rank: 1, since: NOW - 720_000, subjects: [id], ...more } as const;
  return { type: 'recovered', id, told };
}

describe('a notification', () => {
  it('says whose it is and what it is about, and where to look', () => {
    expect(compose([degraded('web', { command: 'bastion retry Container/web' })], CONTEXT)).to.deep.equal([
      {
        id: `demo-${NOW.toString(36)}-0`,
        kind: 'degraded',
        at: NOW,
        instance: 'demo',
        priority: 4,
        title: 'demo: Container/web is degraded',
        message: 'why',
        subjects: ['Container/web'],
        command: 'bastion retry Container/web',
        link: 'https://bastion.lab/',
      },
    ]);
  });

  it('of an end says after how long', () => {
    const [one] = compose([recovered('web')], CONTEXT);
    expect(one).to.include({ title: 'demo: Container/web recovered', message: 'Container/web recovered after 12 min' });
    const [engine] = compose([recovered('x', { kind: 'engine', subjects: [] })], CONTEXT);
    expect(engine?.title).to.equal('demo: the engine answers again');
  });

  it('is one of many when much happens at once, the gravest first', () => {
    const many = ['a', 'b', 'c', 'd', 'e'];
    const all = compose(
      [
        ...many.map((name) => degraded(name)),
        ...many.map((name) => recovered(`r${name}`)),
        degraded('x', { kind: 'stalled', priority: 5 }),
      ],
      CONTEXT,
    );
    expect(all.map(({ title }) => title)).to.deep.equal([
      'demo: Container/x is degraded',
      'demo: 5 resources are degraded: Container/a, Container/b, Container/c and 2 more',
      'demo: 5 recovered: Container/ra, Container/rb, Container/rc and 2 more',
    ]);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(3);
    for (const name of many) expect(all[1]?.message).to.contain(`Container/${name} is degraded`);
  });

  it('is never longer than services take', () => {
    const [one] = compose([degraded('web', { title: 't'.repeat(5000), message: 'm'.repeat(50_000) })], CONTEXT);
    expect(one?.title).to.have.lengthOf.at.most(200);
    expect(one?.message).to.have.lengthOf.at.most(3000);
    const subjects = Array.from({ length: 10_000 }, (_, index) => `Container/${'a'.repeat(250)}${index}`);
    const [many] = compose([degraded('web', { subjects })], CONTEXT);
    expect(many?.subjects).to.have.lengthOf(100);
    expect(many?.subjects.join(' ')).to.have.lengthOf.at.most(32_000);
    expect(JSON.stringify(slackBody(sampleNotification({ message: '&'.repeat(3000) })))).to.have.lengthOf.at.most(6000);
  });
});

describe('the form of a notification', () => {
  const notification = sampleNotification();

  it('for ntfy is its JSON', () => {
    expect(ntfyBody(notification, 'alerts')).to.deep.equal({
      topic: 'alerts',
      title: notification.title,
      message: '[ ] look <twice> & "ask"\n\ntouch /etc/bastion/gates/visible.ok',
      priority: 4,
      tags: ['raised_hand', 'halted'],
      click: 'https://bastion.lab/',
    });
  });

  it('for Slack has a text and blocks, in which nothing is markup that we did not write', () => {
    const body = slackBody(sampleNotification({ command: 'touch ```x```' })) as { text: string; blocks: object[] };
    expect(body.text).to.equal(notification.title);
    expect(body.blocks.map((block) => (block as { type: string }).type)).to.deep.equal([
      'header',
      'section',
      'section',
      'context',
    ]);
    const text = JSON.stringify(body);
    expect(text)
      .to.contain('look &lt;twice&gt; &amp;')
      .and.contain('<https://bastion.lab/|demo>')
      .and.contain("'''x'''");
  });

  it('for programs is plain JSON, and variables without a NUL', () => {
    const { command: _, link: __, ...rest } = sampleNotification();
    expect(genericBody(rest)).to.include({ id: 'demo-1-0', at: '2026-01-01T00:00:00.000Z', command: null, link: null });
    const variables = notificationVariables(sampleNotification({ message: 'a\0b' }));
    expect(variables).to.include({
      BASTION_NOTIFICATION_KIND: 'halted',
      BASTION_NOTIFICATION_MESSAGE: 'ab',
      BASTION_NOTIFICATION_COMMAND: 'touch /etc/bastion/gates/visible.ok',
    });
  });
});
