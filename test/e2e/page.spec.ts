import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { StatusBrowser, type Seen } from '../support/status-browser.ts';
import { Workplace } from '../support/workplace.ts';

const SCREENS = [
  { width: 1280, height: 900 },
  { width: 360, height: 740 },
];

/** Texts of the graph that go beyond their box. */
const CROSSING_LABELS = `[...document.querySelectorAll('.node')].flatMap((node) => {
  const box = node.querySelector('rect').getBoundingClientRect();
  return [...node.querySelectorAll('text')].flatMap((text) =>
    text.getBoundingClientRect().right > box.right ? [text.textContent] : []);
})`;

/** Cells of tables of which nothing that is seen says what they tell: neither a head above them nor a word before them. */
const CELLS_WITHOUT_HEAD = `[...document.querySelectorAll('tbody td:not(:empty)')].flatMap((cell) => {
  const head = cell.closest('table').querySelectorAll('thead th')[cell.cellIndex];
  const isSeen = head.getBoundingClientRect().width > 1;
  const said = getComputedStyle(cell, '::before').content;
  return isSeen || said.includes(head.textContent) ? [] : [cell.outerHTML];
})`;

describe('the status page in a browser', function () {
  this.timeout(90_000);
  let place: Workplace;
  let browser: StatusBrowser;
  let operator: Operator;
  let listen: string[];
  let page: Page & { readonly seen: Seen };

  before(async function () {
    place = await Workplace.open(this, 'page');
    const port = await freePort();
    browser = await StatusBrowser.open(this, `http://127.0.0.1:${port}`);
    place.desired.write(
      '10-all.yaml',
      manifest('Network', place.name('net')),
      place.container('web', { networks: [place.name('net')] }),
      manifest('Gate', 'seen', { checklist: ['you saw it'], dependsOn: [`Container/${place.name('web')}`] }),
      place.container('late', { dependsOn: ['Gate/seen'] }),
      // As wide as a name of so many letters can be.
      manifest('Volume', place.name('mmmm-wwww-mmmm-wwww')),
    );
    listen = ['--listen', `127.0.0.1:${port}`];
    operator = place.start({ flags: listen });
    await operator.result('waiting');
  });

  after(async () => {
    await browser?.close();
    await place?.close();
  });

  afterEach(async () => {
    await page?.context().close();
    // Whatever a test did, nobody opened the gate for good.
    rmSync(join(place.gates, 'seen.ok'), { force: true });
  });

  /** Waits until the text of something on the page is as wanted. */
  async function until(selector: string, wanted: RegExp): Promise<void> {
    await eventually(async () => expect(await page.locator(selector).innerText()).to.match(wanted), {
      within: PATIENCE,
      every: 50,
    });
  }

  const evaluate = <T>(expression: string): Promise<T> => page.evaluate<T>(expression);

  function expectQuiet({ seen }: { seen: Seen } = page): void {
    expect(seen.problems).to.deep.equal([]);
    expect(seen.elsewhere).to.deep.equal([]);
  }

  it('shows where it is halted, for whom, the exact command, the last steps, and every resource', async () => {
    page = await browser.visit();
    expect(await page.title()).to.match(/Halted/);
    expect(await page.locator('#headline').innerText()).to.include('halted at gate seen');
    const gate = await page.locator('#gate-seen').innerText();
    expect(gate).to.include('waiting for you').and.to.include('you saw it');
    expect(gate).to.include(`touch ${place.gates}/seen.ok`).and.to.include('Holds back 1 resource');
    expect(gate).to.match(/Hint: .*\n(.*\n)*.*Ready\s+Container/);
    expect(await page.locator('#history').innerText()).to.match(/CreateContainer[\s\S]*missing[\s\S]*done in/);
    expect(await page.locator('.resources tbody tr').count()).to.equal((await operator.status()).resources.length);
    expect(await page.locator('.graph svg a').count()).to.be.at.least(3);
    expectQuiet();
  });

  it('follows by itself when a container is removed by hand and healed, and leaves alone what the reader has in hand', async () => {
    page = await browser.visit({ viewport: { width: 1000, height: 500 } });
    await page.locator('#behind-seen summary').click();
    await page.locator('#filter').fill('web');
    await page.locator('#filter').focus();
    await evaluate('scrollTo({ top: 300, behavior: "instant" })');
    const whereItStands = `({ top: scrollY, height: document.documentElement.scrollHeight })`;
    const stood = await evaluate<{ top: number; height: number }>(whereItStands);
    const before = await page.locator('#history tbody tr').count();
    await evaluate('window.isSame = true');

    await place.engine.removeContainer(place.name('web'), false);
    await eventually(async () => expect(await page.locator('#history tbody tr').count()).to.be.greaterThan(before), {
      within: PATIENCE,
      every: 50,
    });
    expect(await page.locator('#history tbody tr').first().innerText()).to.match(/(Create|Start|Connect)/);
    expect(await evaluate('window.isSame'), 'it was not loaded anew').to.equal(true);
    expect(await evaluate('document.activeElement.id')).to.equal('filter');
    // The browser keeps in place what is in view, so lines more above it move the page; a jump to the top is what must not be.
    const stands = await evaluate<{ top: number; height: number }>(whereItStands);
    const grown = Math.max(0, stands.height - stood.height);
    expect(stands.top).to.be.within(stood.top - 200, stood.top + 200 + grown);
    expect(await page.locator('#behind-seen').getAttribute('open')).not.to.equal(null);
    // What waits for it meanwhile names it, too.
    await until('#filter-count', /^1 of \d+ shown$/);
    expect(await page.locator('.resources tbody tr:visible').count()).to.equal(1);
    expectQuiet();
  });

  it('tells a screen reader when the headline changes: a gate that a human opens', async () => {
    page = await browser.visit();
    await page.locator('#behind-seen summary').click();
    place.touch('seen.ok');
    await until('#headline', /converged/);
    expect(await page.title()).to.match(/Converged/);
    expect(await page.locator('#announcement').textContent()).to.include('converged');
    expect(await page.locator('#gate-seen').innerText()).to.include('open');
    expect(await page.locator('#behind-seen').count()).to.equal(0);
    rmSync(join(place.gates, 'seen.ok'));
    await until('#gate-seen', /not your turn yet|waiting for you/);
    await until('#gate-seen', /Holds back 1 resource/);
    expect(await page.locator('#behind-seen').getAttribute('open'), 'what was open is so again').not.to.equal(null);
    expectQuiet();
  });

  it('can be told to stand still', async () => {
    page = await browser.visit();
    await page.locator('#pause').click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    place.touch('seen.ok');
    await operator.until((status) => expect(status.gates[0]?.open).to.equal(true));
    expect(await page.locator('#gate-seen').innerText()).to.include('waiting for you');
    expect(asked).to.deep.equal([]);
    await page.locator('#pause').click();
    await until('#gate-seen', /open/);
  });

  it('says everything without JavaScript, and has no button that would do nothing', async () => {
    page = await browser.visit({ javaScriptEnabled: false });
    await page.locator('#gate-seen').getByText(`touch ${place.gates}/seen.ok`).waitFor();
    expect(await page.locator('.resources tbody tr').count()).to.be.greaterThan(3);
    expect(await page.locator('button:visible').count()).to.equal(0);
    expect(await page.getByText('without JavaScript this page does not renew itself').isVisible()).to.equal(true);
    await page.getByRole('link', { name: 'Reload' }).click();
    await page.locator('#headline').waitFor();
    expectQuiet();
  });

  it('is walked with the keyboard alone: past the list of sections, to the command, into details and through the graph', async () => {
    page = await browser.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    const focused = (): Promise<string> =>
      evaluate<string>(
        '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).trim()',
      );
    const tabTo = async (wanted: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (wanted.test(await focused())) return;
      }
      throw new Error(`the focus never reaches ${wanted}`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).to.equal('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await evaluate('document.activeElement.id')).to.equal('main');
    await tabTo(/^Copy: touch/);
    await page.keyboard.press('Enter');
    await until('#announcement', /^Copied: touch/);
    expect(await evaluate('navigator.clipboard.readText()')).to.equal(`touch ${place.gates}/seen.ok`);
    await tabTo(/^Holds back/);
    await page.keyboard.press('Enter');
    expect(await page.locator('#behind-seen').getAttribute('open')).not.to.equal(null);
    await tabTo(/-late: (Blocked|Ready); needs Gate\/seen/);
    await page.keyboard.press('Enter');
    expect(await evaluate<string>('location.hash')).to.match(/^#resource-Container__.*late$/);
    expect(await evaluate<string>('document.activeElement.id')).to.match(/^resource-Container__.*late$/);
    expectQuiet();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`breaks no rule of accessibility and is not wider than the screen, on a desk and on a phone: ${colorScheme}`, async () => {
      page = await browser.visit({ colorScheme, reducedMotion: 'reduce' });
      const ground = await evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(ground).to.equal(colorScheme === 'light' ? 'rgb(245, 247, 249)' : 'rgb(13, 18, 24)');
      for (const viewport of SCREENS) {
        await page.setViewportSize(viewport);
        expect(await browser.violations(page)).to.deep.equal([]);
        expect(await evaluate('document.documentElement.scrollWidth')).to.be.at.most(viewport.width);
        expect(await evaluate(CROSSING_LABELS)).to.deep.equal([]);
        expect(await evaluate(CELLS_WITHOUT_HEAD), `${viewport.width} pixels wide`).to.deep.equal([]);
      }
      expectQuiet();
    });

  it('says so when the operator cannot be reached any more, since when, and goes on when it can', async () => {
    page = await browser.visit();
    await operator.stop();
    await until('#lost', /^The operator cannot be reached since .*What you see below is from then\.$/);
    expect(await page.title()).to.match(/^\? Not reached/);
    expect(await browser.violations(page)).to.deep.equal([]);
    operator = place.start({ flags: listen });
    await eventually(async () => expect(await page.locator('#lost').isVisible()).to.equal(false), {
      within: PATIENCE,
      every: 50,
    });
    await until('#headline', /halted at gate seen/);
    expect(page.seen.elsewhere).to.deep.equal([]);
  });
});
